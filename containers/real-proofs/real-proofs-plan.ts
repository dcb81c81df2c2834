import type { DevnetTiming } from '../devnet/l1/devnet-timing.ts';
import { AztecCircuit } from '../../shared/proving-job/aztec-circuits.ts';

/**
 * Epochs of four slots, so that the one with the checkpoint is complete within a minute, and a window of a day: a run that was
 * cut off can be continued tomorrow.
 */
export const REAL_PROOFS_TIMING: DevnetTiming = {
  ethereumSlotSeconds: 4,
  aztecSlotSeconds: 12,
  epochSlots: 4,
  proofSubmissionEpochs: 1800,
};

/** The AVM's circuit needs a `bb` that npm lacks; an epoch without transactions has none. */
export const PROVEN_CIRCUITS: readonly AztecCircuit[] = AztecCircuit.options.filter(
  (circuit) => circuit !== 'PUBLIC_VM',
);
