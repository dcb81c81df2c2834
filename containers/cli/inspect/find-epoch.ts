import { z } from 'zod';

import { kind } from '../../../shared/config/value-kinds.ts';
import type { EpochLedger, EpochRecord } from '../../../shared/ledger/epoch-ledger.ts';
import { EpochNumber } from '../../../shared/proving-job/proving-job-id.ts';

/** An epoch's number as text. */
export const EpochText = z
  .string()
  .regex(/^\d{1,16}$/)
  .transform(Number)
  .pipe(EpochNumber);

/** The argument EPOCH. */
export const EPOCH = kind(EpochText, 'a whole number', 'EPOCH');

/** The ledger does not have the requested epoch. */
export class EpochUnknownError extends Error {
  override readonly name = 'EpochUnknownError';
  readonly epoch: EpochNumber | undefined;

  /** @param epoch `undefined` when the newest was requested, and the ledger has no epoch */
  constructor(epoch: EpochNumber | undefined, known: readonly EpochNumber[]) {
    const [verb, numbers] = [known.length === 1 ? 'is' : 'are', known.join(', ')];
    const newest = known.length === 0 ? 'there are no epochs yet' : `the newest ${verb} ${numbers}`;
    super(epoch === undefined ? newest : `epoch ${epoch} is not in the ledger: ${newest}`);
    this.epoch = epoch;
  }
}

/** @param number `undefined`: the newest. @throws {EpochUnknownError} */
export async function findEpoch(epochs: EpochLedger, number: EpochNumber | undefined): Promise<EpochRecord> {
  const epoch = number === undefined ? newestOf(await epochs.latest(1)) : await epochs.find(number);
  if (epoch !== undefined) return epoch;
  const known = await epochs.latest(5);
  throw new EpochUnknownError(
    number,
    known.map((record) => record.epoch),
  );
}

/** By time: a trial's number is above every rollup's, however old it is. */
function newestOf(epochs: readonly EpochRecord[]): EpochRecord | undefined {
  return epochs.toSorted((one, other) => other.openedAtMs - one.openedAtMs)[0];
}
