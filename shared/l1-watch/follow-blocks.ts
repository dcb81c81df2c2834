import { z } from 'zod';

import type { L1Reader } from '../l1/l1-client.ts';

/** A block of L1, as read. */
export const SeenBlock = z.strictObject({ number: z.number().int().nonnegative(), hash: z.string() });
export type SeenBlock = z.infer<typeof SeenBlock>;

/** L1 finalises a block within 64. */
export const REMEMBERED_BLOCKS = 64;

export interface FollowedBlocks {
  /** The newest blocks, ascending, for the next run: at most {@link REMEMBERED_BLOCKS}. */
  readonly blocks: readonly SeenBlock[];
  /** How many of the blocks seen before have been replaced by others. */
  readonly replaced: number;
}

/**
 * Compares the blocks seen by an earlier run with the chain up to `head`, and reads the new ones. Blocks above `head` are
 * not compared: the L1 node may only be lagging behind. Passes on what the client throws.
 */
export async function followBlocks(
  client: L1Reader,
  seen: readonly SeenBlock[],
  head: SeenBlock,
): Promise<FollowedBlocks> {
  const oldest = Math.max(0, head.number - REMEMBERED_BLOCKS + 1);
  const comparable = seen.filter(({ number }) => number >= oldest && number <= head.number);
  const hashAt = async (number: number): Promise<string> =>
    number === head.number ? head.hash : (await client.getBlock({ blockNumber: BigInt(number) })).hash;

  const replaced: SeenBlock[] = [];
  // From the newest back to the first that is unchanged: everything below that is unchanged too.
  for (const block of comparable.toReversed()) {
    const hash = await hashAt(block.number);
    if (hash === block.hash) break;
    replaced.push({ number: block.number, hash });
  }
  const kept = comparable.slice(0, comparable.length - replaced.length);
  const firstNew = (comparable.at(-1)?.number ?? oldest - 1) + 1;
  const added = await Promise.all(
    Array.from({ length: head.number - firstNew + 1 }, async (_, index) => ({
      number: firstNew + index,
      hash: await hashAt(firstNew + index),
    })),
  );
  return { blocks: [...kept, ...replaced.toReversed(), ...added], replaced: replaced.length };
}
