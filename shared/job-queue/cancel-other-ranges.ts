import type { EpochRecord } from '../ledger/epoch-ledger.ts';
import type { JobLedger } from '../ledger/job-ledger.ts';

/**
 * Cancels the epoch's open jobs that a reorg left behind: those that still have another range once the attempt over the
 * new one has asked for its own. A job that both ranges need has the new range by then, and keeps its agent.
 * @returns how many
 */
export async function cancelOtherRanges(
  { id, rangeId }: Pick<EpochRecord, 'id' | 'rangeId'>,
  jobs: Pick<JobLedger, 'cancelEpoch'>,
): Promise<number> {
  return await jobs.cancelEpoch(id, 'its checkpoints were reorganised away', rangeId);
}
