import type { ProofUri, WireJob, WireJobFilter, WireLease, WireStatus } from './wire-types.ts';
import type { WireJobId } from './wire-job-id.ts';

/**
 * Aztec's proving broker, as nodes and agents of every version call it over JSON-RPC. Ids are those of the wire. Every
 * call may come twice, since clients repeat a call whose answer was lost.
 */
export interface ProvingBrokerApi {
  /** Returns the job's status before the call: `not-found` for a new job, `fulfilled` for one that is proven already. */
  enqueueProvingJob(job: WireJob): Promise<WireStatus>;
  getProvingJobStatus(id: WireJobId): Promise<WireStatus>;
  /** No effect on a job that is unknown or settled. */
  cancelProvingJob(id: WireJobId): Promise<void>;
  /** Returns the ids of settled jobs: those among `ids`, and possibly others that were settled lately; an id may come twice. */
  getCompletedJobs(ids: readonly WireJobId[]): Promise<readonly WireJobId[]>;
  /** `undefined` when there is no job for the agent. */
  getProvingJob(filter?: WireJobFilter): Promise<WireLease | undefined>;
  /**
   * A heartbeat. A job in the answer is not the agent's own: the agent drops its own for it.
   * @param startedAtMs `time` of the lease; of two agents with one job the one that started earlier keeps it
   */
  reportProvingJobProgress(id: WireJobId, startedAtMs: number, filter?: WireJobFilter): Promise<WireLease | undefined>;
  /** The first proof wins. Returns the agent's next job. */
  reportProvingJobSuccess(id: WireJobId, proof: ProofUri, filter?: WireJobFilter): Promise<WireLease | undefined>;
  /** @param retry whether another try may succeed; without it the job is rejected. Returns the agent's next job. */
  reportProvingJobError(
    id: WireJobId,
    message: string,
    retry?: boolean,
    filter?: WireJobFilter,
  ): Promise<WireLease | undefined>;
}

/**
 * What Coppice's broker serves beyond Aztec's methods, for Coppice's own agents. Aztec's broker refuses it as an unknown method,
 * which changes nothing there.
 */
export interface JobReturnApi {
  /**
   * Gives the job back at no cost, from an agent that is stopped: Aztec's API has no way to do so. No effect when the lease is no
   * longer the agent's.
   * @param startedAtMs `time` of the lease
   */
  returnProvingJob(id: WireJobId, startedAtMs: number): Promise<void>;
}
