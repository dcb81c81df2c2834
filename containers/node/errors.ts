import type { EpochNumber } from '../../shared/proving-job/proving-job-id.ts';

/** A root of the same epoch over checkpoints that a reorg took away is on its way to L1. Once it has failed there, try again. */
export class RootInTheWayError extends Error {
  override readonly name = 'RootInTheWayError';
  readonly epoch: EpochNumber;

  constructor(epoch: EpochNumber) {
    super(
      `a root of epoch ${epoch} over other checkpoints is still on its way to L1; this one is stored once that has ended`,
    );
    this.epoch = epoch;
  }
}
