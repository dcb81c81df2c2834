import type { ProvingJobId } from '../proving-job/proving-job-id.ts';
import type { JobState } from './job-ledger.ts';

/** A job was proven, rejected or cancelled. The ledger has the record. */
export interface Settlement {
  readonly jobId: ProvingJobId;
  readonly state: Extract<JobState, 'proven' | 'rejected' | 'cancelled'>;
}

/**
 * Notifies a node of settlements as they happen, made by any process: each at least once, in no guaranteed order. A crash
 * may lose one, so the node also compares with the ledger at an interval.
 */
export interface SettlementFeed {
  /** Calls `onSettled` for every settlement from now on, until the returned function is called. */
  subscribe(onSettled: (settlement: Settlement) => void): () => void;
}
