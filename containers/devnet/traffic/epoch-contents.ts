import { z } from 'zod';

const Count = z.number().int().nonnegative();

/** What one checkpoint turned out to hold. */
export const CheckpointContents = z.strictObject({
  checkpointNumber: z.number().int().positive(),
  slotNumber: Count,
  blocks: z.array(
    z.strictObject({
      blockNumber: z.number().int().positive(),
      /** Transactions without a public part. */
      privateTransactions: Count,
      publicTransactions: Count,
    }),
  ),
  l1ToL2Messages: Count,
});
export type CheckpointContents = z.infer<typeof CheckpointContents>;

/** What one epoch turned out to hold; enough to foresee its merge tree. */
export const EpochContents = z.strictObject({ epochNumber: Count, checkpoints: z.array(CheckpointContents) });
export type EpochContents = z.infer<typeof EpochContents>;
