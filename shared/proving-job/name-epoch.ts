import { type EpochId, parseEpochId, type RollupId, TRIALS } from './epoch-id.ts';

/** An epoch's name in text for people: its number, or its whole id where these epochs belong to more than one rollup. */
export function nameEpoch(id: EpochId, others: Iterable<EpochId>): string {
  return rollupToName(id, others) === undefined ? String(parseEpochId(id).epoch) : id;
}

/** The epoch's rollup, if it has to be named because these epochs belong to more than one. */
export function rollupToName(id: EpochId, others: Iterable<EpochId>): RollupId | undefined {
  const { rollup } = parseEpochId(id);
  const rollups = new Set([rollup, ...Iterator.from(others).map((other) => parseEpochId(other).rollup)]);
  rollups.delete(TRIALS);
  rollups.delete(undefined);
  return rollups.size > 1 ? rollup : undefined;
}
