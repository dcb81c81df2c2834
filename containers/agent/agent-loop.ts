import { setImmediate as nextTurn } from 'node:timers/promises';

import type { CircuitName } from '../../shared/proving-job/circuit-catalogue.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { AgentStatus } from './agent-status.ts';
import type { ClaimedJob } from './job/claimed-job.ts';
import type { Drain } from './drain.ts';
import { ProverGoneError, ProvingAbortedError, ProvingAttemptError } from './errors.ts';
import type { JobAhead } from './job/job-ahead.ts';
import type { JobClaimer } from './job/job-claimer.ts';
import type { JobReturns } from './job/job-returns.ts';
import type { JobSettler } from './job/job-settler.ts';
import { pause } from '../../shared/retry/pause.ts';
import { ProofTimes } from './job/proof-times.ts';
import type { FreshProof } from './prover/prover-process.ts';
import type { TaskProtection } from './task-protection.ts';
import type { WarmProver } from './prover/warm-prover.ts';

export interface AgentLoopOptions {
  readonly claimSeconds: number;
  readonly timeoutSeconds: (circuit: CircuitName) => number;
}

export interface AgentLoopParts {
  readonly prover: Pick<WarmProver, 'ready' | 'prove'>;
  readonly claimer: Pick<JobClaimer, 'claim'>;
  readonly ahead: Pick<JobAhead, 'begin' | 'take'>;
  readonly settler: Pick<JobSettler, 'settle'>;
  readonly returns: Pick<JobReturns, 'release' | 'drop' | 'fail'>;
  readonly status: AgentStatus;
  readonly protection: Pick<TaskProtection, 'on' | 'off'>;
  readonly drain: Drain;
  readonly log: Logger;
  readonly nowMs: () => number;
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Claims, proves, settles, over and over. While one proof runs, the next job may be claimed ({@link JobAhead}) and the
 * last proof is brought home; there is never more than one of each.
 */
export class AgentLoop {
  readonly #options: AgentLoopOptions;
  readonly #parts: AgentLoopParts;
  readonly #times = new ProofTimes();
  /** The last proof on its way home. */
  #settling: Promise<void> = Promise.resolve();
  #abortProof = new AbortController();
  #proofEndsAtMs: number | undefined;

  constructor(options: AgentLoopOptions, parts: AgentLoopParts) {
    this.#options = options;
    this.#parts = parts;
  }

  /** Works until the drain is done. */
  async run(): Promise<void> {
    const { drain } = this.#parts;
    const onStop = (): void => this.#beginDrain();
    drain.stop.addEventListener('abort', onStop, { once: true });
    try {
      await Promise.race([this.#work(), aborted(drain.leave)]);
    } finally {
      drain.stop.removeEventListener('abort', onStop);
    }
  }

  async #work(): Promise<void> {
    const { ahead, returns } = this.#parts;
    try {
      await this.#workUntilStopped();
    } finally {
      const job = await ahead.take();
      if (job !== undefined) await returns.release(job.record, job.kept, 'the agent stops');
      await this.#settling;
    }
  }

  async #workUntilStopped(): Promise<void> {
    const { prover, drain, log, returns, protection } = this.#parts;
    let pauseMs = FIRST_PAUSE_MS;
    while (!drain.hasBegun()) {
      try {
        await prover.ready();
        const job = await this.#nextJob();
        if (job === undefined) {
          protection.off();
          // An engine that answers at once would keep every timer and signal waiting through a row of useless messages.
          await nextTurn();
          continue;
        }
        if (drain.hasBegun()) await returns.release(job.record, job.kept, 'the agent stops');
        else if (job.kept.lost.aborted) await returns.drop(job.record, job.kept, String(job.kept.lost.reason));
        else await this.#prove(job);
        pauseMs = FIRST_PAUSE_MS;
      } catch (error) {
        if (error instanceof ProverGoneError) throw error;
        if (drain.hasBegun()) return;
        // The engine is out of reach, or a prover ended at the wrong moment: leases that are held stay held or end.
        log.warn({ err: error, pauseMs }, 'agent waits before it goes on');
        await pause(pauseMs, drain.stop);
        pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
      }
    }
  }

  async #nextJob(): Promise<ClaimedJob | undefined> {
    const { ahead, claimer, status, drain } = this.#parts;
    const claimed = await ahead.take();
    if (claimed !== undefined) return claimed;
    status.idle();
    return claimer.claim({ waitSeconds: this.#options.claimSeconds, signal: drain.stop });
  }

  async #prove(job: ClaimedJob): Promise<void> {
    const { prover, ahead, status, protection, nowMs } = this.#parts;
    const { circuit } = job.record;
    const expectedMs = this.#times.expectedMs(circuit);
    this.#abortProof = new AbortController();
    this.#proofEndsAtMs = expectedMs === undefined ? undefined : nowMs() + expectedMs;
    status.proving(job.record.id, job.claimedAtMs);
    protection.on();
    ahead.begin(expectedMs);
    let fresh: FreshProof;
    try {
      fresh = await prover.prove(circuit, job.inputs, {
        timeoutSeconds: this.#options.timeoutSeconds(circuit),
        signal: AbortSignal.any([job.kept.lost, this.#abortProof.signal]),
      });
    } catch (error) {
      await this.#letGo(job, error);
      return;
    } finally {
      this.#proofEndsAtMs = undefined;
    }
    this.#times.add(circuit, fresh.provingMs);
    // One proof on its way home at a time: when the store is slow, so is the agent, and nothing piles up.
    await this.#settling;
    this.#settling = this.#bringHome(job, fresh);
  }

  async #letGo({ record, kept }: ClaimedJob, error: unknown): Promise<void> {
    const { returns, drain } = this.#parts;
    // The signal that stops a whole service also ends what the prover has started: that says nothing about the job.
    if (error instanceof ProvingAttemptError && !drain.hasBegun()) {
      await returns.fail(record, kept, error.attemptCause, error.message);
    } else if (kept.lost.aborted) {
      await returns.drop(record, kept, String(kept.lost.reason));
    } else if (error instanceof ProvingAbortedError || drain.hasBegun()) {
      await returns.release(record, kept, 'the agent stops');
    } else {
      await returns.release(record, kept, `there is no prover: ${String(error)}`);
      throw error;
    }
  }

  async #bringHome(job: ClaimedJob, fresh: FreshProof): Promise<void> {
    const { settler, status, log, drain } = this.#parts;
    try {
      if (await settler.settle(job, fresh, drain.giveBack)) status.proven();
    } catch (error) {
      log.error(
        { err: error, jobId: job.record.id },
        'proof not settled, and its job not given back: its lease will end',
      );
    }
  }

  #beginDrain(): void {
    const { ahead, status, drain, returns, log, nowMs } = this.#parts;
    status.draining();
    void ahead
      .take()
      .then((job) => (job === undefined ? undefined : returns.release(job.record, job.kept, 'the agent stops')))
      .catch((error: unknown) => log.warn({ err: error }, 'job claimed ahead not given back: its lease will end'));
    drain.giveBack.addEventListener('abort', () => this.#abortProof.abort('the agent stops'), { once: true });
    const endsAtMs = this.#proofEndsAtMs;
    if (endsAtMs !== undefined && endsAtMs - nowMs() > drain.finishLeftMs()) this.#abortProof.abort('the agent stops');
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
