import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { errorText } from '../../shared/telemetry/error-text.ts';
import { LocalProgramError } from '../processes/errors.ts';
import { EXIT_CODES } from '../processes/exit-codes.ts';
import { FleetProcessEndedError } from '../processes/fleet-process.ts';
import { catchInterrupts, InterruptedError } from '../processes/interrupts.ts';
import { descendantsOf, killAll, listProcesses, type ProcessEntry, stillAlive } from '../processes/process-table.ts';
import { readLastLines } from '../processes/read-last-lines.ts';
import type { Output } from '../terminal/output.ts';
import { openOutput } from '../terminal/open-output.ts';
import { StepLines } from '../terminal/step-lines.ts';

export type LocalRunName = 'devnet' | 'canary';

/** How much of its log is quoted when a process has ended. */
const QUOTED_LINES = 12;
/** How long a process may take to go after everything was stopped, before it is killed. */
const GRACE_MS = 10_000;
const POLL_MS = 50;

/**
 * Runs a command that starts processes on this machine, and leaves none of them running: at the end, at a failure, at a
 * Ctrl-C. A second Ctrl-C kills them at once.
 * @param work starts what it needs, and registers with `run.onStop` how to stop it
 * @param output where it reports its progress. @default stdout, for people
 * @returns the exit code: 0 when `work` is done, 1 when something failed, 130 when the user stopped it before
 */
export async function runLocally(
  command: LocalRunName,
  work: (run: LocalRun) => Promise<void>,
  output: Output = openOutput(),
): Promise<number> {
  const interrupts = catchInterrupts(() => {
    killAll(descendantsOf(process.pid, listProcesses()));
    process.exit(EXIT_CODES.interrupted);
  });
  try {
    return await new LocalRun(command, output, interrupts.signal).toEnd(work);
  } finally {
    interrupts.release();
  }
}

/** One run of such a command: what it prints, when it has to end, and what has to be stopped then. */
export class LocalRun {
  readonly output: Output;
  readonly steps: StepLines;
  /** Aborts, with an `InterruptedError`, when the user wants the run to end. */
  readonly signal: AbortSignal;
  readonly #command: LocalRunName;
  readonly #stops: (() => Promise<void>)[] = [];
  #resumeHint: string | undefined;
  #isDone = false;

  constructor(command: LocalRunName, output: Output, signal: AbortSignal) {
    this.#command = command;
    this.output = output;
    this.steps = new StepLines(output, Date.now);
    this.signal = signal;
  }

  /** Registers how to stop what was just started. What was started last is stopped first. */
  onStop(stop: () => Promise<void>): void {
    this.#stops.push(stop);
  }

  /** Sets what a run that is cut off or fails prints last: how to continue it. */
  setResumeHint(hint: string): void {
    this.#resumeHint = hint;
  }

  /** Marks the wanted result as reached: from now on a Ctrl-C ends the run with exit code 0. */
  markDone(): void {
    this.#isDone = true;
  }

  /** Does `work` and stops all that it started. @returns the exit code, see {@link runLocally} */
  async toEnd(work: (run: LocalRun) => Promise<void>): Promise<number> {
    try {
      await work(this);
      return EXIT_CODES.done;
    } catch (error) {
      return this.#explain(error);
    } finally {
      await this.#stopAll();
    }
  }

  #explain(error: unknown): number {
    this.steps.fail();
    this.output.freeze();
    const isInterrupted = error instanceof InterruptedError || this.signal.aborted;
    if (!isInterrupted) this.output.print([`coppice ${this.#command}: ${errorText(error)}`, ...lastLinesOf(error)]);
    if (this.#resumeHint !== undefined) this.output.print([this.#resumeHint]);
    if (!isInterrupted) return EXIT_CODES.failed;
    return this.#isDone ? EXIT_CODES.done : EXIT_CODES.interrupted;
  }

  async #stopAll(): Promise<void> {
    const started = descendantsOf(process.pid, listProcesses());
    if (started.length > 0) {
      this.steps.begin(this.signal.aborted ? 'stopping (Ctrl-C again: at once)' : `stopping ${countOf(started)}`);
    }
    for (const stop of this.#stops.toReversed()) {
      await stop().catch((error: unknown) => this.output.say(`stopping failed: ${errorText(error)}`));
    }
    const left = await untilGone(started);
    killAll(left);
    this.steps.end();
    if (left.length > 0) this.output.say(`killed ${countOf(left)} that did not stop`);
    // A command that is interrupted while it starts may have stopped its processes by itself.
    else if (started.length > 0 || this.signal.aborted) this.output.say('all processes have stopped');
  }
}

/** A new data directory for a run that is given none: `data/devnet-2026-02-03T10-11-12`, by the time in UTC. */
export function newDataDirectory(command: LocalRunName | 'real-proofs'): string {
  return path.join('data', `${command}-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}`);
}

/** Waits for processes that were asked to end. @returns those that have not */
async function untilGone(processes: readonly ProcessEntry[]): Promise<readonly ProcessEntry[]> {
  for (let waitedMs = 0; ; waitedMs += POLL_MS) {
    const left = stillAlive(processes);
    if (left.length === 0 || waitedMs >= GRACE_MS) return left;
    await sleep(POLL_MS);
  }
}

function countOf(processes: readonly ProcessEntry[]): string {
  return `${processes.length} ${processes.length === 1 ? 'process' : 'processes'}`;
}

function lastLinesOf(error: unknown): readonly string[] {
  if (!(error instanceof FleetProcessEndedError || error instanceof LocalProgramError)) return [];
  return ['Its last lines:', ...readLastLines(error.logFile, QUOTED_LINES).map((line) => `  ${line}`)];
}
