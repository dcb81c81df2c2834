import type { EpochId } from '../../shared/proving-job/epoch-id.ts';
import { epochIdOf, type ProvingJobId } from '../../shared/proving-job/proving-job-id.ts';

/** Official nodes name every job that they wait for twice a minute: one that has not for this long no longer waits. */
const ASKED_MS = 120_000;

/**
 * Which clients wait for a job, as far as this broker has heard. Two nodes may ask for the same job, and a prune has each of
 * them cancel jobs and ask for them again: a cancel of one must not end what the other waits for.
 */
export class JobAskers {
  readonly #steadyMs: () => number;
  /** When each client last named the job. */
  readonly #askers = new Map<ProvingJobId, Map<string, number>>();

  /** @param steadyMs a clock that only goes forward, in milliseconds */
  constructor(steadyMs: () => number) {
    this.#steadyMs = steadyMs;
  }

  asked(jobId: ProvingJobId, client: string): void {
    const askers = this.#askers.get(jobId) ?? new Map<string, number>();
    this.#askers.set(jobId, askers.set(client, this.#steadyMs()));
  }

  /** The client no longer waits for the job. @returns whether another one does */
  withdrew(jobId: ProvingJobId, client: string): boolean {
    const askers = this.#askers.get(jobId);
    askers?.delete(client);
    const othersWait = askers !== undefined && this.#areWaiting(askers);
    if (!othersWait) this.#askers.delete(jobId);
    return othersWait;
  }

  /** Whether a client waits for a job of the epoch. */
  isWaitedFor(epochId: EpochId): boolean {
    return this.#askers.entries().some(([jobId, askers]) => epochIdOf(jobId) === epochId && this.#areWaiting(askers));
  }

  /** Nobody waits for a job that is settled. */
  forget(jobId: ProvingJobId): void {
    this.#askers.delete(jobId);
  }

  #areWaiting(askers: ReadonlyMap<string, number>): boolean {
    return askers.values().some((atMs) => this.#steadyMs() - atMs < ASKED_MS);
  }
}
