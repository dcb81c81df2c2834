import type { Archiver } from '@aztec/archiver';
import { CheckpointNumber, EpochNumber as AztecEpochNumber } from '@aztec/foundation/branded-types';
import { getEpochAtSlot, getProofSubmissionDeadlineTimestamp } from '@aztec/stdlib/epoch-helpers';

import { RangeId } from '../../shared/ledger/job-ledger.ts';
import { EpochNumber } from '../../shared/proving-job/epoch-id.ts';

/** The rollup's chain as L1 has it: what the choice of epochs depends on. */
export interface Chain {
  /** From the epoch of the first unproven checkpoint to that of the newest one, in order; some may have no checkpoint. */
  unprovenEpochs(): Promise<readonly EpochNumber[]>;
  /** The newest checkpoint that L1 has a proof of. */
  provenCheckpoint(): Promise<number>;
  /** Whether no more checkpoints can join the epoch. */
  isComplete(epoch: EpochNumber): Promise<boolean>;
  /** Identifies the checkpoints that the epoch has at present; `undefined` when it has none. */
  rangeOf(epoch: EpochNumber): Promise<RangeId | undefined>;
  /** When the epoch's proof must be mined, by the L1's clock, in Unix milliseconds. */
  deadlineAtMs(epoch: EpochNumber): Promise<number>;
}

/** The chain as Aztec's archiver has read it from L1. */
export class ArchivedChain implements Chain {
  readonly #archiver: Archiver;

  constructor(archiver: Archiver) {
    this.#archiver = archiver;
  }

  async unprovenEpochs(): Promise<readonly EpochNumber[]> {
    const proven = await this.provenCheckpoint();
    const newest = await this.#archiver.getCheckpointNumber();
    if (newest <= proven) return [];
    const [first, last] = [await this.#epochOf(proven + 1), await this.#epochOf(newest)];
    return Array.from({ length: last - first + 1 }, (_, index) => EpochNumber.parse(first + index));
  }

  async provenCheckpoint(): Promise<number> {
    return await this.#archiver.getProvenCheckpointNumber();
  }

  async isComplete(epoch: EpochNumber): Promise<boolean> {
    return await this.#archiver.isEpochComplete(AztecEpochNumber(epoch));
  }

  async rangeOf(epoch: EpochNumber): Promise<RangeId | undefined> {
    const checkpoints = await this.#archiver.getCheckpointsDataForEpoch(AztecEpochNumber(epoch));
    const last = checkpoints.at(-1);
    return last === undefined ? undefined : RangeId.parse(last.archive.root.toString());
  }

  async deadlineAtMs(epoch: EpochNumber): Promise<number> {
    const constants = await this.#archiver.getL1Constants();
    return Number(getProofSubmissionDeadlineTimestamp(AztecEpochNumber(epoch), constants)) * 1000;
  }

  /** The time of the newest L1 block that was read, in Unix milliseconds; `undefined` before the first. */
  async readUntilMs(): Promise<number | undefined> {
    const seconds = await this.#archiver.getL1Timestamp();
    return seconds === undefined ? undefined : Number(seconds) * 1000;
  }

  async #epochOf(checkpoint: number): Promise<number> {
    const [published] = await this.#archiver.getCheckpoints(CheckpointNumber(checkpoint), 1);
    if (published === undefined) throw new Error(`the archiver has no checkpoint ${checkpoint} yet`);
    return getEpochAtSlot(published.checkpoint.header.slotNumber, await this.#archiver.getL1Constants());
  }
}
