import type { JobRecord } from '../../../shared/ledger/job-ledger.ts';
import type { KeptLeases } from '../heartbeat/heartbeats.ts';

/** A job that is ours, with its leases kept alive and its inputs at hand. */
export interface ClaimedJob {
  readonly record: JobRecord;
  readonly kept: KeptLeases;
  readonly inputs: Uint8Array;
  readonly claimedAtMs: number;
}
