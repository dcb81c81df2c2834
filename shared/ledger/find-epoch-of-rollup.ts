import { type EpochId, epochIdWithoutRollup, parseEpochId } from '../proving-job/epoch-id.ts';
import type { EpochLedger, EpochRecord } from './epoch-ledger.ts';

/**
 * The record of an epoch. One that an earlier version opened is known by its number alone: it is this one if its window closes
 * at the same time, since two rollups that began at different times share no window.
 */
export async function findEpochOfRollup(
  epochs: Pick<EpochLedger, 'find'>,
  id: EpochId,
  deadlineAtMs: number,
): Promise<EpochRecord | undefined> {
  const record = await epochs.find(id);
  if (record !== undefined) return record;
  const numbered = await epochs.find(epochIdWithoutRollup(parseEpochId(id).epoch));
  return numbered?.deadlineAtMs === deadlineAtMs ? numbered : undefined;
}
