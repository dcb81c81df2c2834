import { spawn, type ChildProcess } from 'node:child_process';

import { backoffMs } from '../../shared/retry/backoff.ts';
import { pause } from '../../shared/retry/pause.ts';
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
  /** The pause after the first crash; doubled with each further one. */
  readonly firstRestartMs: number;
  readonly longestRestartMs: number;
  /** A process that ran for this long has recovered: its crashes no longer count. */
  readonly recoveredAfterMs: number;
  /** After this many crashes without a recovery in between, all processes are stopped. */
  readonly maxCrashes: number;
  /** The time from SIGTERM to SIGKILL. */
  readonly killAfterMs: number;
}

export interface SupervisionDeps {
  readonly log: Logger;
  /** Stops all processes when it aborts. */
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
}

/** Exit codes after which another start does not help. */
const HOPELESS: readonly number[] = [EXIT_CODES.misused, EXIT_CODES.unfit];

/**
 * Runs the processes until `signal` aborts, and restarts those that crash, with growing pauses. When restarts do not help,
 * all are stopped.
 *
 *     running ──crashed──▶ waiting ──▶ running      (1 s, 2 s, 4 s … until it has recovered)
 *        │                    └─too often──▶ all are stopped, exit code 1
 *        └─exit code 2 or 3──▶ all are stopped, with that exit code
 *
 * The processes have an IPC channel to this one: when this one is killed, the channel closes and they end themselves.
 * @returns the exit code: 0 when all stopped on request
 */
export async function supervise(
  processes: readonly SupervisedProcess[],
  policy: SupervisionPolicy,
  { log, signal, nowMs }: SupervisionDeps,
): Promise<number> {
  const failure = new AbortController();
  const stop = AbortSignal.any([signal, failure.signal]);
  const running = new Set<ChildProcess>();
  // However this process ends, none of its children may be left.
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
  // A function, because the compiler assumes that a property stays unchanged across an await.
  const isStopping = (): boolean => stop.aborted;
  let crashes = 0;
  while (!isStopping()) {
    const startedAtMs = nowMs();
    const end = await runToEnd(supervised, policy.killAfterMs, deps);
    if (isStopping()) {
      if (end.code !== 0) log.warn({ name, ...end }, 'exited with an error');
      return end.code === 0 ? EXIT_CODES.done : EXIT_CODES.failed;
    }
    if (end.code !== null && HOPELESS.includes(end.code)) {
      log.error({ name, ...end }, 'cannot run here, see its last lines: stopping all processes');
      return end.code;
    }
    crashes = nowMs() - startedAtMs >= policy.recoveredAfterMs ? 1 : crashes + 1;
    if (crashes >= policy.maxCrashes) {
      log.error({ name, ...end, crashes }, 'crashed too often: stopping all processes');
      return EXIT_CODES.failed;
    }
    const restartInMs = backoffMs(crashes, { firstMs: policy.firstRestartMs, longestMs: policy.longestRestartMs });
    log.warn({ name, ...end, crashes, restartInMs }, 'crashed: restarting');
    await pause(restartInMs, stop);
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
  const askToStop = (): void => {
    child.kill('SIGTERM');
    killTimer = setTimeout(() => {
      log.error({ name, childPid: child.pid }, 'did not stop in time: killing it');
      child.kill('SIGKILL');
    }, killAfterMs);
  };
  stop.addEventListener('abort', askToStop, { once: true });
  try {
    return await new Promise<ProcessEnd>((resolve) => {
      child.once('error', (error) => resolve({ code: EXIT_CODES.failed, endedBy: error.message }));
      child.once('exit', (code, by) => resolve({ code, ...(by === null ? {} : { endedBy: by }) }));
    });
  } finally {
    clearTimeout(killTimer);
    stop.removeEventListener('abort', askToStop);
    running.delete(child);
  }
}
