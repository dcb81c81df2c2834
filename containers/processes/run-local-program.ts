import type { z } from 'zod';

import { errorText } from '../../shared/telemetry/error-text.ts';
import type { ProgramReport } from './program-messages.ts';

export interface RunningProgram {
  /** Sent to the parent when the program is ready; plain JSON. */
  readonly ready: unknown;
  /** Runs once the program is ready; when this fails, the program ends. */
  readonly run?: () => Promise<void>;
  stop(): Promise<void>;
}

/** How long `stop` may take. A parent kills a program that takes longer; an orphan has to end itself. */
const STOP_SECONDS = 4;

/**
 * The life of a {@link LocalProgram}: takes its configuration from its parent's first message, reports to the parent when
 * it is ready, and ends at SIGTERM or when the parent has ended.
 */
export function runLocalProgram<Configuration>(
  configuration: z.ZodType<Configuration>,
  start: (configuration: Configuration, reportProgress: (value: unknown) => void) => Promise<RunningProgram>,
): void {
  let running: RunningProgram | undefined;
  let isEnding = false;

  const end = async (code: number): Promise<void> => {
    if (isEnding) return;
    isEnding = true;
    // A stop that hangs must not keep the process alive.
    setTimeout(() => process.exit(1), STOP_SECONDS * 1000);
    await running?.stop().catch((error: unknown) => process.stderr.write(`stopping failed: ${String(error)}\n`));
    process.exit(code);
  };
  const fail = (error: unknown): void => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    report({ kind: 'failed', message: errorText(error) });
    void end(1);
  };

  const onOrphaned = (): void => {
    // The parent was killed. What this process started is in its group, and has to end with it.
    process.once('exit', () => process.kill(-process.pid, 'SIGKILL'));
    void end(0);
  };

  process.once('SIGTERM', () => void end(0));
  process.once('disconnect', onOrphaned);
  // The parent may have ended while this program was loading.
  if (!process.connected) onOrphaned();
  process.once('message', (first) => {
    const parsed = configuration.safeParse(first);
    if (!parsed.success) {
      fail(parsed.error);
      return;
    }
    start(parsed.data, (value) => {
      report({ kind: 'progress', value });
    })
      .then(async (program) => {
        running = program;
        report({ kind: 'ready', value: program.ready });
        await program.run?.();
      })
      .catch(fail);
  });
}

function report(message: ProgramReport): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}
