import type { ChildProcess } from 'node:child_process';

/** Whether a child was started and has not ended yet. */
export function isRunning({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid !== undefined && exitCode === null && signalCode === null;
}

/**
 * Kills every process of the group that a `detached` child leads: what the child started is in its group, and may outlive
 * it. Does nothing when none of them is left.
 */
export function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** How a child ended, by the arguments of its `exit` event: `ended with code 1`, `ended by SIGKILL`. */
export function describeEnd(code: number | null, signal: NodeJS.Signals | null): string {
  return `ended ${signal === null ? `with code ${code ?? -1}` : `by ${signal}`}`;
}
