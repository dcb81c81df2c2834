import type { EpochRecord } from '../ledger/epoch-ledger.ts';
import type { JobLedger } from '../ledger/job-ledger.ts';
import { STREAMED_RANGE } from '../ledger/streamed-epoch.ts';

/**
 * Cancels the epoch's open jobs that a reorg left behind: those that still have another range once the attempt over the
 * new one has asked for its own. A job that both ranges need has the new range by then, and keeps its agent. Jobs that an
 * official node has asked for stay: it proves the same epoch, and cancels what it no longer wants itself.
 * @returns how many
 */
export async function cancelOtherRanges(
  { id, rangeId }: Pick<EpochRecord, 'id' | 'rangeId'>,
  jobs: Pick<JobLedger, 'cancelEpoch'>,
): Promise<number> {
  return await jobs.cancelEpoch(id, 'its checkpoints were reorganised away', rangeId, STREAMED_RANGE);
}
