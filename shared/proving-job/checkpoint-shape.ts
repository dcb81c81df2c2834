import { z } from 'zod';

/** The transactions of one block, by what they need: a public one takes three leaf jobs, a private-only one takes one. */
export const BlockShape = z.strictObject({
  publicTxs: z.number().int().nonnegative(),
  privateTxs: z.number().int().nonnegative(),
});
export type BlockShape = z.infer<typeof BlockShape>;

/** All that the shape of a checkpoint's part of the merge tree depends on. */
export const CheckpointShape = z.strictObject({
  blocks: z.array(BlockShape).min(1),
  /** Messages from L1 to L2, 0 to 1024: they make the parity jobs distinct. */
  l1ToL2Messages: z.number().int().nonnegative().max(1024),
});
export type CheckpointShape = z.infer<typeof CheckpointShape>;
