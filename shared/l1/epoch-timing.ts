/** A rollup's clock, fixed when its contract was deployed. */
export interface RollupTiming {
  /** Unix time of slot 0. */
  readonly genesisAtSeconds: number;
  readonly slotSeconds: number;
  /** Slots in an epoch. */
  readonly epochSlots: number;
  /** How many epochs after an epoch's end its proof is still accepted. */
  readonly proofSubmissionEpochs: number;
}

/** The calls that return the rollup's clock. */
export type TimingCall = 'getGenesisTime' | 'getSlotDuration' | 'getEpochDuration' | 'getProofSubmissionEpochs';

/** Reads a rollup's clock. @param read calls the contract */
export async function readRollupTiming(read: (functionName: TimingCall) => Promise<bigint>): Promise<RollupTiming> {
  const [genesis, slot, epoch, submissionEpochs] = await Promise.all([
    read('getGenesisTime'),
    read('getSlotDuration'),
    read('getEpochDuration'),
    read('getProofSubmissionEpochs'),
  ]);
  return {
    genesisAtSeconds: Number(genesis),
    slotSeconds: Number(slot),
    epochSlots: Number(epoch),
    proofSubmissionEpochs: Number(submissionEpochs),
  };
}

/** When epoch `epoch` begins, in Unix milliseconds of the L1's clock. */
export function epochStartAtMs(epoch: number, timing: RollupTiming): number {
  return (timing.genesisAtSeconds + epoch * timing.epochSlots * timing.slotSeconds) * 1000;
}

/**
 * When the window of `epoch` closes: the start of epoch `epoch + proofSubmissionEpochs + 1`, in Unix milliseconds. An L1
 * block at exactly this time already refuses the proof.
 * @see TimeLib.sol `toDeadlineEpoch` and `isAcceptingProofsAtEpoch` of the rollup's contracts
 */
export function epochDeadlineAtMs(epoch: number, timing: RollupTiming): number {
  return epochStartAtMs(epoch + timing.proofSubmissionEpochs + 1, timing);
}

/** The epoch at a time, which must not be before genesis. */
export function epochAt(atMs: number, timing: RollupTiming): number {
  return Math.floor((atMs / 1000 - timing.genesisAtSeconds) / (timing.epochSlots * timing.slotSeconds));
}
