import { z } from 'zod';

/** How long a devnet's blocks, slots and epochs are. */
export const DevnetTiming = z.strictObject({
  /** Seconds between two L1 blocks. */
  ethereumSlotSeconds: z.number().int().positive(),
  /** Seconds in which one checkpoint may be proposed; a multiple of `ethereumSlotSeconds`. */
  aztecSlotSeconds: z.number().int().positive(),
  /** Slots of an epoch. The planned traffic of an epoch has to fit, with a slot or two to spare. */
  epochSlots: z.number().int().positive(),
  /** Epochs that a proof may take after its epoch has ended, before the rollup prunes the epoch. */
  proofSubmissionEpochs: z.number().int().positive(),
});
export type DevnetTiming = z.infer<typeof DevnetTiming>;

/**
 * Aztec's sequencer makes a checkpoint in 12 s slots when L1 has a block every 4 s; below that, its own reserves for
 * building and publishing leave no time to execute transactions. Eight slots hold the traffic plan's six checkpoints, and two that a slow machine may miss.
 */
export const DEFAULT_TIMING: DevnetTiming = {
  ethereumSlotSeconds: 4,
  aztecSlotSeconds: 12,
  epochSlots: 8,
  proofSubmissionEpochs: 64,
};

/** Seconds between two L1 blocks while the contracts are deployed, when no slots are needed. */
export const DEPLOYMENT_BLOCK_SECONDS = 1;

/**
 * How far behind the wall clock L1 starts, in seconds. The deployment moves L1 forward faster than the wall clock; when it
 * is done, L1 catches up at once, and a first epoch without any checkpoint is nearly over. So the first whole epoch
 * begins when the sequencer and the wallet have just become ready, instead of most of an epoch later.
 */
export function l1HeadStartSeconds({ ethereumSlotSeconds, aztecSlotSeconds, epochSlots }: DevnetTiming): number {
  const firstEpochSeconds = epochSlots * aztecSlotSeconds;
  // Each of about ten blocks until the rollup is deployed bears a time one L1 slot after the one before.
  const deploymentSeconds = 10 * (ethereumSlotSeconds - DEPLOYMENT_BLOCK_SECONDS);
  return Math.max(0, firstEpochSeconds - READY_SECONDS) + deploymentSeconds;
}

/** From the rollup's deployment until sequencer and wallet are ready. Two slots later is still in time. */
const READY_SECONDS = 32;
