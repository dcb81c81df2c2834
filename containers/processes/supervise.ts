import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Logger } from '../../shared/telemetry/logger.ts';
import { EXIT_CODES } from './exit-codes.ts';

/** A process to be kept running. */
export interface SupervisedProcess {
  readonly name: string;
  /** Arguments of Node: a script and its own. */
  readonly nodeArguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export interface SupervisionPolicy {
  /** After the first crash; doubled with each further one. */
  readonly firstRestartMs: number;
  readonly longestRestartMs: number;
  /** A process that ran for this long has recovered: its crashes are forgotten. */
  readonly recoveredAfterMs: number;
  /** Crashes, without a recovery between them, after which everything is ended. */
  readonly maxCrashes: number;
  /** From SIGTERM to SIGKILL. */
  readonly killAfterMs: number;
}

export interface SupervisionDeps {
  readonly log: Logger;
  /** Ends all processes. */
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
}

/** These will not get better by trying again. */
const HOPELESS: readonly number[] = [EXIT_CODES.misused, EXIT_CODES.unfit];

/**
 * Runs the processes until `signal` aborts, and starts again what crashes, later each time. When one cannot be helped, all
 * are ended.
 *
 *     running ──ended, crashed──▶ waiting ──▶ running      (1 s, 2 s, 4 s … until it has recovered)
 *        │                           └─too often──▶ all are ended, exit code 1
 *        └─exit code 2 or 3──▶ all are ended, with that exit code
 *
 * The processes have an IPC channel to this one: when this one is killed, they see it close and end themselves.
 * @returns the exit code: 0 when all stopped on request, without an error
 */
export async function supervise(
  processes: readonly SupervisedProcess[],
  policy: SupervisionPolicy,
  { log, signal, nowMs }: SupervisionDeps,
): Promise<number> {
  const failure = new AbortController();
  const stop = AbortSignal.any([signal, failure.signal]);
  const running = new Set<ChildProcess>();
  // Whatever ends this process, nothing that it started is to be left.
  const killAll = (): void => running.forEach((child) => child.kill('SIGKILL'));
  process.once('exit', killAll);
  try {
    const codes = await Promise.all(
      processes.map(async (supervised) => {
        const code = await keepRunning(supervised, policy, { log, nowMs, stop, running });
        if (code !== EXIT_CODES.done) failure.abort();
        return code;
      }),
    );
    return codes.find((code) => HOPELESS.includes(code)) ?? Math.max(...codes);
  } finally {
    process.off('exit', killAll);
  }
}

async function keepRunning(
  supervised: SupervisedProcess,
  policy: SupervisionPolicy,
  deps: {
    readonly log: Logger;
    readonly nowMs: () => number;
    readonly stop: AbortSignal;
    readonly running: Set<ChildProcess>;
  },
): Promise<number> {
  const { log, nowMs, stop } = deps;
  const { name } = supervised;
  // A function, because the compiler takes a property for unchanged while others run.
  const isToEnd = (): boolean => stop.aborted;
  let crashes = 0;
  while (!isToEnd()) {
    const startedAtMs = nowMs();
    const end = await runToEnd(supervised, policy.killAfterMs, deps);
    if (isToEnd()) {
      if (end.code !== 0) log.warn({ name, ...end }, 'exited with an error');
      return end.code === 0 ? EXIT_CODES.done : EXIT_CODES.failed;
    }
    if (end.code !== null && HOPELESS.includes(end.code)) {
      log.error({ name, ...end }, 'cannot run here, see its last lines: stopping everything');
      return end.code;
    }
    crashes = nowMs() - startedAtMs >= policy.recoveredAfterMs ? 1 : crashes + 1;
    if (crashes >= policy.maxCrashes) {
      log.error({ name, ...end, crashes }, 'crashed too often: stopping everything');
      return EXIT_CODES.failed;
    }
    const delayMs = Math.min(policy.longestRestartMs, policy.firstRestartMs * 2 ** (crashes - 1));
    log.warn({ name, ...end, crashes, restartInMs: delayMs }, 'crashed: restarting it');
    await sleep(delayMs, undefined, { signal: stop }).catch(() => undefined);
  }
  return EXIT_CODES.done;
}

type ProcessEnd = { readonly code: number | null; readonly endedBy?: string };

async function runToEnd(
  { name, nodeArguments, environment }: SupervisedProcess,
  killAfterMs: number,
  { log, stop, running }: { readonly log: Logger; readonly stop: AbortSignal; readonly running: Set<ChildProcess> },
): Promise<ProcessEnd> {
  const child = spawn(process.execPath, nodeArguments, {
    env: environment,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  running.add(child);
  log.info({ name, childPid: child.pid }, 'started');
  let killTimer: NodeJS.Timeout | undefined;
  const askToEnd = (): void => {
    child.kill('SIGTERM');
    killTimer = setTimeout(() => {
      log.error({ name, childPid: child.pid }, 'did not stop in time: killing it');
      child.kill('SIGKILL');
    }, killAfterMs);
  };
  stop.addEventListener('abort', askToEnd, { once: true });
  try {
    return await new Promise<ProcessEnd>((resolve) => {
      child.once('error', (error) => resolve({ code: EXIT_CODES.failed, endedBy: error.message }));
      child.once('exit', (code, by) => resolve({ code, ...(by === null ? {} : { endedBy: by }) }));
    });
  } finally {
    clearTimeout(killTimer);
    stop.removeEventListener('abort', askToEnd);
    running.delete(child);
  }
}
