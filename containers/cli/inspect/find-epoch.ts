import type { EpochLedger, EpochRecord } from '../../../shared/ledger/epoch-ledger.ts';
import type { EpochNumber } from '../../../shared/proving-job/proving-job-id.ts';

/** The ledger knows nothing of the epoch that was asked for. */
export class EpochUnknownError extends Error {
  override readonly name = 'EpochUnknownError';
  readonly epoch: EpochNumber | undefined;

  /** @param epoch `undefined` when the newest was asked for, and there is none */
  constructor(epoch: EpochNumber | undefined, known: readonly EpochNumber[]) {
    const newest = known.length === 0 ? 'no epoch was taken up yet' : `the newest are ${known.join(', ')}`;
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

/** A trial's number is above every rollup's, so numbers alone do not tell. */
function newestOf(epochs: readonly EpochRecord[]): EpochRecord | undefined {
  return epochs.toSorted((one, other) => other.openedAtMs - one.openedAtMs)[0];
}
