import type { EpochNumber, ProvingJobId } from '../proving-job/proving-job-id.ts';
import type { JobState } from './job-ledger.ts';

/** A job was proven, rejected or cancelled. The ledger has the record. */
export interface Settlement {
  readonly jobId: ProvingJobId;
  readonly epoch: EpochNumber;
  readonly state: Extract<JobState, 'proven' | 'rejected' | 'cancelled'>;
}

/**
 * Tells a node of settlements as they happen, whichever process made them: each at least once, in no promised order.
 * One may be lost in a crash, so the node reconciles against the ledger at an interval.
 */
export interface SettlementFeed {
  /** Calls `onSettled` for every settlement from now on, until the answer is called. */
  subscribe(onSettled: (settlement: Settlement) => void): () => void;
}
