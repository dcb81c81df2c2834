import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import type { JobLedger } from '../../shared/ledger/job-ledger.ts';
import type { EpochUnderWay } from '../../shared/merge-tree/prediction/predict-fleet.ts';

/** Counts the jobs of each epoch, in the same order. One after the other: on AWS each tally has most of the client's sockets. */
export async function countJobs(jobs: JobLedger, epochs: readonly EpochRecord[]): Promise<readonly EpochUnderWay[]> {
  const counted: EpochUnderWay[] = [];
  for (const epoch of epochs) counted.push({ epoch, tally: await jobs.tally(epoch.id, epoch.rangeId) });
  return counted;
}
