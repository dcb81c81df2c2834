import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import { parseEpochId, parseRollupId } from '../../shared/proving-job/epoch-id.ts';

/**
 * The rollup of the newest epoch that has one on L1.
 * @param epochs newest first
 */
export function newestRollup(epochs: readonly Pick<EpochRecord, 'id'>[]): ReturnType<typeof parseRollupId> {
  const rollups = epochs.flatMap(({ id }) => parseEpochId(id).rollup ?? []);
  return rollups.map((id) => parseRollupId(id)).find((known) => known !== undefined);
}
