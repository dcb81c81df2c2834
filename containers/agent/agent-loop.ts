import { setImmediate as nextTurn } from 'node:timers/promises';

import type { CircuitName } from '../../shared/proving-job/circuit-catalogue.ts';
import { type Backoff, backoffMs } from '../../shared/retry/backoff.ts';
import { pause } from '../../shared/retry/pause.ts';
import { untilAborted } from '../../shared/retry/until-aborted.ts';
import { whenAborted } from '../../shared/retry/when-aborted.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { AgentStatus } from './agent-status.ts';
import type { Drain } from './drain.ts';
import { AgentUnfitError, ProverGoneError, ProvingAbortedError, ProvingAttemptError } from './errors.ts';
import type { JobInHand, ReadyJob } from './job/job-in-hand.ts';
import { ProofTimes } from './job/proof-times.ts';
import type { MachineDoubt } from './machine-doubt.ts';
import type { FreshProof } from './prover/prover-process.ts';
import type { WarmProver } from './prover/warm-prover.ts';
import type { TaskProtection } from './task-protection.ts';

export interface AgentLoopOptions {
  readonly claimSeconds: number;
  readonly timeoutSeconds: (circuit: CircuitName) => number;
}

/** Where jobs come from and proofs go to: the engine, or a broker. */
export interface JobSource<Held extends JobInHand> {
  readonly claimer: {
    /** @returns `undefined` when no job came within `waitSeconds`, or when `signal` aborted: call again */
    claim(options: { readonly waitSeconds: number; readonly signal: AbortSignal }): Promise<ReadyJob<Held> | undefined>;
  };
  /** The job that may come while a proof is made or delivered. */
  readonly prefetched: {
    /** A proof begins that is expected to take `expectedMs`. */
    begin(expectedMs: number | undefined): void;
    /** @returns the job, if there is one; the caller has to prove or release it */
    take(): Promise<ReadyJob<Held> | undefined>;
  };
  readonly delivery: {
    /**
     * Delivers the proof, or gives the job back.
     * @param stop gives up when it aborts, whatever is under way
     * @returns whether the job is proven by this agent
     */
    deliver(job: Held, fresh: FreshProof, stop: AbortSignal): Promise<boolean>;
  };
}

export interface AgentLoopDeps<Held extends JobInHand> extends JobSource<Held> {
  readonly doubt: Pick<MachineDoubt, 'mustCheck' | 'mayPrefetch' | 'check' | 'noteFailed' | 'noteProven'>;
  readonly prover: Pick<WarmProver, 'ready' | 'prove'>;
  readonly status: AgentStatus;
  readonly protection: Pick<TaskProtection, 'on' | 'off' | 'blocksDeployment' | 'yieldToDeployment'>;
  readonly drain: Drain;
  readonly log: Logger;
  readonly nowMs: () => number;
}

const BACKOFF: Backoff = { firstMs: 200, longestMs: 10_000 };
const AGENT_STOPS = 'the agent stops';

/**
 * Claims a job, proves it and delivers the proof, over and over. While one proof runs, the next job may be claimed
 * (`prefetched`) and the last proof is delivered; there is never more than one of each.
 */
export class AgentLoop<Held extends JobInHand> {
  readonly #options: AgentLoopOptions;
  readonly #deps: AgentLoopDeps<Held>;
  readonly #times = new ProofTimes();
  /** The delivery of the last proof, and at a drain of the one before. */
  #delivering: Promise<unknown> = Promise.resolve();
  #abortProof = new AbortController();
  #proofEndsAtMs: number | undefined;

  constructor(options: AgentLoopOptions, deps: AgentLoopDeps<Held>) {
    this.#options = options;
    this.#deps = deps;
  }

  /**
   * Works until the drain is done.
   * @throws {AgentUnfitError} if jobs in a row have failed and a check finds a problem of the machine.
   * @throws {ProverGoneError} if the prover, once lost, does not start again.
   */
  async run(): Promise<void> {
    const { drain } = this.#deps;
    const onStop = (): void => this.#beginDrain();
    drain.stop.addEventListener('abort', onStop, { once: true });
    try {
      await Promise.race([this.#work(), whenAborted(drain.leave)]);
    } finally {
      drain.stop.removeEventListener('abort', onStop);
    }
  }

  async #work(): Promise<void> {
    try {
      await this.#workUntilStopped();
    } finally {
      const job = await this.#deps.prefetched.take();
      await job?.held.release(AGENT_STOPS);
      await this.#delivering;
    }
  }

  async #workUntilStopped(): Promise<void> {
    const { prover, drain, log, protection, doubt } = this.#deps;
    let failures = 0;
    while (!drain.hasBegun()) {
      try {
        if (doubt.mustCheck) {
          await this.#checkMachine();
          continue;
        }
        if (protection.blocksDeployment) {
          await this.#yieldToDeployment();
          continue;
        }
        await prover.ready();
        const job = await this.#nextJob();
        if (job === undefined) {
          protection.off();
          // An engine that resolves at once would starve timers and signals during a row of useless messages.
          await nextTurn();
          continue;
        }
        if (drain.hasBegun()) await job.held.release(AGENT_STOPS);
        else if (job.held.lost.aborted) await job.held.lose();
        else await this.#prove(job);
        failures = 0;
      } catch (error) {
        if (error instanceof ProverGoneError || error instanceof AgentUnfitError) throw error;
        if (drain.hasBegun()) return;
        failures += 1;
        const pauseMs = backoffMs(failures, BACKOFF);
        // The engine is unreachable, or a prover ended at a bad moment: leases that are held stay held or end.
        log.warn({ err: error, pauseMs }, 'agent pauses before it tries again');
        await pause(pauseMs, drain.stop);
      }
    }
  }

  async #checkMachine(): Promise<void> {
    const { prefetched, doubt, status, protection, drain } = this.#deps;
    const job = await prefetched.take();
    await job?.held.release('the agent checks its machine first');
    protection.off();
    status.idle();
    await doubt.check(drain.stop);
  }

  async #yieldToDeployment(): Promise<void> {
    const { prefetched, status, protection, drain } = this.#deps;
    const job = await prefetched.take();
    await job?.held.release('a deployment waits for this agent');
    status.idle();
    await protection.yieldToDeployment(drain.stop);
  }

  async #nextJob(): Promise<ReadyJob<Held> | undefined> {
    const { prefetched, claimer, status, drain } = this.#deps;
    const job = await prefetched.take();
    if (job !== undefined) return job;
    status.idle();
    return claimer.claim({ waitSeconds: this.#options.claimSeconds, signal: drain.stop });
  }

  async #prove({ held, inputs }: ReadyJob<Held>): Promise<void> {
    const { prover, prefetched, status, protection, doubt, drain, nowMs } = this.#deps;
    const { id, circuit } = held.record;
    const expectedMs = this.#times.expectedMs(circuit);
    this.#abortProof = new AbortController();
    this.#proofEndsAtMs = expectedMs === undefined ? undefined : nowMs() + expectedMs;
    status.proving(id, held.claimedAtMs);
    protection.on();
    if (doubt.mayPrefetch) prefetched.begin(expectedMs);
    let fresh: FreshProof;
    try {
      fresh = await prover.prove(circuit, inputs, {
        timeoutSeconds: this.#options.timeoutSeconds(circuit),
        signal: AbortSignal.any([held.lost, this.#abortProof.signal]),
      });
    } catch (error) {
      await this.#giveUp(held, error);
      return;
    } finally {
      this.#proofEndsAtMs = undefined;
    }
    doubt.noteProven();
    this.#times.add(circuit, fresh.provingMs);
    // One delivery at a time: when the store is slow, so is the agent, and nothing piles up.
    await untilAborted(this.#delivering, drain.giveBack).catch(() => undefined);
    this.#delivering = Promise.all([this.#delivering, this.#deliver(held, fresh)]);
  }

  async #giveUp(job: Held, error: unknown): Promise<void> {
    const { drain, doubt } = this.#deps;
    // The signal that stops a whole service also ends what the prover has started: that says nothing about the job.
    if (error instanceof ProvingAttemptError && !drain.hasBegun()) {
      if (error.attemptCause === 'failure') doubt.noteFailed(job.record.id);
      await job.fail(error.attemptCause, error.message);
    } else if (job.lost.aborted) {
      await job.lose();
    } else if (error instanceof ProvingAbortedError || drain.hasBegun()) {
      await job.release(AGENT_STOPS);
    } else {
      await job.release(`the prover is not available: ${String(error)}`);
      throw error;
    }
  }

  async #deliver(job: Held, fresh: FreshProof): Promise<void> {
    const { delivery, status, log, drain } = this.#deps;
    try {
      if (await delivery.deliver(job, fresh, drain.giveBack)) status.proven();
    } catch (error) {
      log.error(
        { err: error, jobId: job.record.id },
        'proof not delivered, and its job not given back: its lease will end',
      );
    }
  }

  #beginDrain(): void {
    const { prefetched, status, drain, log, nowMs } = this.#deps;
    status.draining();
    void prefetched
      .take()
      .then((job) => job?.held.release(AGENT_STOPS))
      .catch((error: unknown) => log.warn({ err: error }, 'job claimed ahead not given back: its lease will end'));
    const abortProof = (): void => this.#abortProof.abort(AGENT_STOPS);
    drain.giveBack.addEventListener('abort', abortProof, { once: true });
    const endsAtMs = this.#proofEndsAtMs;
    if (endsAtMs !== undefined && endsAtMs - nowMs() > drain.finishLeftMs()) abortProof();
  }
}
