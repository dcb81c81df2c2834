import { z } from 'zod';

import type { EpochRecord } from '../../../ledger/epoch-ledger.ts';
import { EpochId, FIRST_NUMBER_OF_TRIALS, isTrial, parseEpochId } from '../../../proving-job/epoch-id.ts';
import { type DynamoItem, getItem, parseReadable, queryItems } from '../dynamo/dynamo-item.ts';
import type { UnreadableRecords } from '../../unreadable-records.ts';
import { type DynamoTable, expiresAtSeconds, type ItemKey, padded } from '../dynamo/dynamo-table.ts';

/** Epochs that earlier versions opened, by number: their keys name no rollup. The last of them expires two weeks after the upgrade. */
const PARTITION_WITHOUT_ROLLUP = 'EPOCHS';
const FIRST_TRIAL_WITHOUT_ROLLUP = `EPOCH#${padded(FIRST_NUMBER_OF_TRIALS)}`;

const Opening = z.object({ id: EpochId });

/** The key of an epoch's item. */
export function epochKey(id: EpochId): ItemKey {
  const { rollup, epoch } = parseEpochId(id);
  const pk = rollup === undefined ? PARTITION_WITHOUT_ROLLUP : `EPOCHS#${rollup}`;
  return { pk, sk: `EPOCH#${padded(epoch)}` };
}

/** The item that has an epoch's place in the order of all, stored with the epoch's first record. It expires no sooner than that. */
export function openingOf({ id, epoch, openedAtMs, deadlineAtMs }: EpochRecord): DynamoItem & { readonly id: EpochId } {
  return {
    pk: openingsPartition(isTrial(id)),
    sk: `${padded(openedAtMs)}#${padded(epoch)}#${id}`,
    id,
    expiresAtSeconds: expiresAtSeconds(Math.max(openedAtMs, deadlineAtMs)),
  };
}

/** The items of the epochs that were opened last, at least `limit` of them as far as there are so many; in no order. */
export async function newestEpochItems(
  table: DynamoTable,
  {
    isOfTrials,
    limit,
    unreadable,
  }: { readonly isOfTrials: boolean; readonly limit: number; readonly unreadable: UnreadableRecords },
): Promise<readonly DynamoItem[]> {
  const bound = isOfTrials ? { from: FIRST_TRIAL_WITHOUT_ROLLUP } : { below: FIRST_TRIAL_WITHOUT_ROLLUP };
  const [openings, withoutRollup] = await Promise.all([
    queryItems(table, openingsPartition(isOfTrials), { limit, backwards: true }),
    queryItems(table, PARTITION_WITHOUT_ROLLUP, { limit, backwards: true, ...bound }),
  ]);
  const ids = parseReadable(openings, Opening, { table, nameOf: ({ sk }) => `opening ${sk}`, unreadable });
  const items = await Promise.all(ids.map(({ id }) => getItem(table, epochKey(id))));
  return [...items.filter((item) => item !== undefined), ...withoutRollup];
}

function openingsPartition(isOfTrials: boolean): string {
  return isOfTrials ? 'OPENINGS#trials' : 'OPENINGS#rollups';
}
