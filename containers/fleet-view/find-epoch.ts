import { z } from 'zod';

import { kind } from '../../shared/config/value-kinds.ts';
import type { EpochLedger, EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import { EpochId, makeEpochId, parseEpochId, type RollupId } from '../../shared/proving-job/epoch-id.ts';
import { nameEpoch, rollupToName } from '../../shared/proving-job/name-epoch.ts';

/** An epoch's id, or its number alone. */
export const EpochText = z
  .string()
  // An address may be spelled in any case; the version of a line has one.
  .transform((text) => text.replace(/^\d+-0x[0-9a-f]{40}/i, (rollup) => rollup.toLowerCase()))
  .pipe(EpochId);

/** The argument EPOCH. An id with its rollup is taken too; most operators never need one. */
export const EPOCH = kind(EpochText, 'a whole number', 'EPOCH');

/** Enough to have met every rollup that the fleet proves for. */
export const LATEST_EPOCHS = 16;
const EPOCHS_SHOWN = 5;

/** The ledger does not have the requested epoch. */
export class EpochUnknownError extends Error {
  override readonly name = 'EpochUnknownError';
  readonly epochId: EpochId | undefined;

  /** @param epochId `undefined` when the newest was requested, and the ledger has no epoch */
  constructor(epochId: EpochId | undefined, known: readonly EpochRecord[]) {
    const ids = known.map(({ id }) => id);
    const names = ids.slice(0, EPOCHS_SHOWN).map((id) => nameEpoch(id, ids));
    const verb = names.length === 1 ? 'is' : 'are';
    const newest = names.length === 0 ? 'there are no epochs yet' : `the newest ${verb} ${names.join(', ')}`;
    super(epochId === undefined ? newest : `epoch ${epochId} is not in the ledger: ${newest}`);
    this.epochId = epochId;
  }
}

export interface FoundEpoch {
  readonly epoch: EpochRecord;
  /** Its rollup, where the ledger has epochs of more than one. */
  readonly rollup: RollupId | undefined;
  /** Its number, or its id where the ledger has epochs of more than one rollup. */
  readonly name: string;
}

/**
 * @param wanted a number alone means the rollup whose epochs are newest, and only what that rollup does not have is another's;
 * `undefined`: the newest epoch
 * @throws {EpochUnknownError}
 */
export async function findEpoch(epochs: EpochLedger, wanted: EpochId | undefined): Promise<FoundEpoch> {
  const latest = await epochs.latest(LATEST_EPOCHS);
  const epoch = wanted === undefined ? latest[0] : await firstOf(epochs, idsOf(wanted, latest));
  if (epoch === undefined) throw new EpochUnknownError(wanted, latest);
  const ids = latest.map(({ id }) => id);
  return { epoch, rollup: rollupToName(epoch.id, ids), name: nameEpoch(epoch.id, ids) };
}

function idsOf(wanted: EpochId, latest: readonly EpochRecord[]): readonly EpochId[] {
  const { rollup, epoch } = parseEpochId(wanted);
  if (rollup !== undefined) return [wanted];
  const rollups = new Set(latest.flatMap(({ id }) => parseEpochId(id).rollup ?? []));
  return [...[...rollups].map((known) => makeEpochId(known, epoch)), wanted];
}

async function firstOf(epochs: EpochLedger, ids: readonly EpochId[]): Promise<EpochRecord | undefined> {
  for (const id of ids) {
    const epoch = await epochs.find(id);
    if (epoch !== undefined) return epoch;
  }
  return undefined;
}
