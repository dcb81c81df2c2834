import type { EpochId } from '../../shared/proving-job/epoch-id.ts';
import { epochIdOf, type ProvingJobId } from '../../shared/proving-job/proving-job-id.ts';

/** Official nodes name every job that they wait for twice a minute: one that has not for this long no longer waits. */
const ASKED_MS = 120_000;

/** Who waits at an address. */
interface Asker {
  /** When the job was last named from there. */
  atMs: number;
  /**
   * How many have asked for it: several nodes may be behind one address, and a node of 4.1.2 has a facade for each attempt at an
   * epoch, which enqueues each of its jobs once.
   */
  times: number;
}

/**
 * Which clients wait for a job, as far as this broker has heard. Two nodes may ask for the same job, and a prune has each of
 * them cancel jobs and ask for them again: a cancel of one must not end what the other waits for.
 */
export class JobAskers {
  readonly #steadyMs: () => number;
  readonly #askers = new Map<ProvingJobId, Map<string, Asker>>();
  #tidiedAtMs = -Infinity;

  /** @param steadyMs a clock that only goes forward, in milliseconds */
  constructor(steadyMs: () => number) {
    this.#steadyMs = steadyMs;
  }

  /** Jobs that are remembered. */
  get count(): number {
    return this.#askers.size;
  }

  /** A node at the client's address enqueues the job, once for each that waits for it. */
  asked(jobId: ProvingJobId, client: string): void {
    this.#named(jobId, client).times += 1;
  }

  /** Its enqueue failed for now: the node sends it again. */
  failed(jobId: ProvingJobId, client: string): void {
    const asker = this.#askers.get(jobId)?.get(client);
    if (asker !== undefined) asker.times -= 1;
  }

  /** A node at the client's address still waits for the job. */
  named(jobId: ProvingJobId, client: string): void {
    this.#named(jobId, client);
  }

  /** One that waits at the client's address no longer does. @returns whether another one does, there or elsewhere */
  withdrew(jobId: ProvingJobId, client: string): boolean {
    const askers = this.#askers.get(jobId);
    const asker = askers?.get(client);
    if (asker !== undefined) asker.times -= 1;
    if (asker !== undefined && asker.times <= 0) askers?.delete(client);
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

  #named(jobId: ProvingJobId, client: string): Asker {
    this.#tidy();
    const askers = this.#askers.get(jobId) ?? new Map<string, Asker>();
    this.#askers.set(jobId, askers);
    const asker = askers.get(client) ?? { atMs: 0, times: 0 };
    askers.set(client, asker);
    asker.atMs = this.#steadyMs();
    return asker;
  }

  /** Jobs that were settled before they were named are never settled again. */
  #tidy(): void {
    if (this.#steadyMs() - this.#tidiedAtMs < ASKED_MS) return;
    this.#tidiedAtMs = this.#steadyMs();
    for (const [jobId, askers] of this.#askers) if (!this.#areWaiting(askers)) this.#askers.delete(jobId);
  }

  #areWaiting(askers: ReadonlyMap<string, Asker>): boolean {
    return askers.values().some(({ atMs }) => this.#steadyMs() - atMs < ASKED_MS);
  }
}
