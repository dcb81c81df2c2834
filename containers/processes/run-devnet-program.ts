import type { z } from 'zod';

import type { ProgramReport } from './program-messages.ts';

export interface RunningProgram {
  /** Sent to the parent as soon as the program works; plain JSON. */
  readonly ready: unknown;
  /** What the program does once it is ready; when this fails, the program ends. */
  readonly run?: () => Promise<void>;
  stop(): Promise<void>;
}

/** What `stop` may take. The parent kills a program that takes longer; without a parent nobody would. */
const STOP_SECONDS = 4;

/**
 * The life of a devnet program: takes its configuration from its parent's first message, tells the parent when it works,
 * and ends at SIGTERM or when the parent has gone.
 */
export function runDevnetProgram<Configuration>(
  configuration: z.ZodType<Configuration>,
  start: (configuration: Configuration, tell: (value: unknown) => void) => Promise<RunningProgram>,
): void {
  let running: RunningProgram | undefined;
  let isEnding = false;

  const end = async (code: number): Promise<void> => {
    if (isEnding) return;
    isEnding = true;
    // A stop that hangs must not keep the process.
    setTimeout(() => process.exit(1), STOP_SECONDS * 1000);
    await running?.stop().catch((error: unknown) => process.stderr.write(`stopping failed: ${String(error)}\n`));
    process.exit(code);
  };
  const fail = (error: unknown): void => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    report({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    void end(1);
  };

  const onOrphaned = (): void => {
    // The parent was killed. What this process started is in its group, and nobody else will end it.
    process.once('exit', () => process.kill(-process.pid, 'SIGKILL'));
    void end(0);
  };

  process.once('SIGTERM', () => void end(0));
  process.once('disconnect', onOrphaned);
  // It may have happened while this program was loaded.
  if (!process.connected) onOrphaned();
  process.once('message', (first) => {
    const parsed = configuration.safeParse(first);
    if (!parsed.success) {
      fail(parsed.error);
      return;
    }
    start(parsed.data, (value) => {
      report({ kind: 'told', value });
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
