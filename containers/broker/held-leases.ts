import type { Engine } from '../../shared/engine/engine.ts';
import { QueueLeaseLostError } from '../../shared/job-queue/errors.ts';
import type { QueueLease } from '../../shared/job-queue/job-queue.ts';
import { JobLeaseLostError } from '../../shared/ledger/errors.ts';
import type { JobLease } from '../../shared/ledger/job-ledger.ts';
import type { ProvingJobId } from '../../shared/proving-job/proving-job-id.ts';
import { isWithin } from '../../shared/retry/is-within.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';

/** A lease that an agent holds through this broker. */
export interface HeldLease {
  readonly jobLease: JobLease;
  /** Absent when another broker, or this one before a restart, claimed the message. */
  readonly queueLease: QueueLease | undefined;
  /** When the leases were last extended. */
  readonly extendedAtMs: number;
}

export interface HeldLeasesDeps {
  readonly engine: Pick<Engine, 'jobs' | 'queue'>;
  readonly leaseSeconds: number;
  readonly log: Logger;
  readonly nowMs: () => number;
}

/**
 * The leases of the agents that report to this broker. An agent reports once a second or so; the engine hears of it three
 * times in a lease, as from an agent of Coppice.
 */
export class HeldLeases {
  readonly #deps: HeldLeasesDeps;
  readonly #held = new Map<ProvingJobId, HeldLease>();

  constructor(deps: HeldLeasesDeps) {
    this.#deps = deps;
  }

  get count(): number {
    return this.#held.size;
  }

  find(jobId: ProvingJobId): HeldLease | undefined {
    return this.#held.get(jobId);
  }

  hold(jobLease: JobLease, queueLease: QueueLease | undefined): void {
    this.#held.set(jobLease.jobId, { jobLease, queueLease, extendedAtMs: this.#deps.nowMs() });
  }

  /** Removes the lease and returns it. */
  take(jobId: ProvingJobId): HeldLease | undefined {
    const held = this.#held.get(jobId);
    this.#held.delete(jobId);
    return held;
  }

  /** @returns whether the agent still holds the job */
  async keepAlive(jobId: ProvingJobId): Promise<boolean> {
    const { engine, leaseSeconds, nowMs } = this.#deps;
    const held = this.#held.get(jobId);
    if (held === undefined) return false;
    if (isWithin((leaseSeconds * 1000) / 3, held.extendedAtMs, nowMs())) return true;
    try {
      const jobLease = await engine.jobs.extend(held.jobLease, leaseSeconds);
      const queueLease = held.queueLease && (await this.#extendMessage(held.queueLease));
      if (this.#held.has(jobId)) this.#held.set(jobId, { jobLease, queueLease, extendedAtMs: nowMs() });
      return true;
    } catch (error) {
      if (!(error instanceof JobLeaseLostError)) throw error;
      this.#held.delete(jobId);
      return false;
    }
  }

  /** Gives the job back at no cost. */
  async release(jobId: ProvingJobId): Promise<void> {
    const { engine } = this.#deps;
    const held = this.take(jobId);
    if (held === undefined) return;
    await engine.jobs.release(held.jobLease);
    if (held.queueLease !== undefined) await engine.queue.release(held.queueLease);
  }

  /** Removes the message of a job that needs no further agent. A message that stays is removed by the next claim. */
  async complete(jobId: ProvingJobId): Promise<void> {
    const { engine, log } = this.#deps;
    const held = this.take(jobId);
    if (held?.queueLease === undefined) return;
    await engine.queue.complete(held.queueLease).catch((error: unknown) => {
      log.warn({ err: error, jobId }, 'the message of a settled job was not removed: the next claim removes it');
    });
  }

  async #extendMessage(lease: QueueLease): Promise<QueueLease | undefined> {
    try {
      return await this.#deps.engine.queue.extend(lease);
    } catch (error) {
      if (!(error instanceof QueueLeaseLostError)) throw error;
      // The ledger's lease is what counts: an agent that gets the message leaves the job alone.
      return undefined;
    }
  }
}
