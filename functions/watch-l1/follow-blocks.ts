import { z } from 'zod';

import type { L1Client } from '../../shared/l1/l1-client.ts';

/** A block of L1 as it was seen. */
export const SeenBlock = z.strictObject({ number: z.number().int().nonnegative(), hash: z.string() });
export type SeenBlock = z.infer<typeof SeenBlock>;

/** L1 finalises a block within 64. */
export const REMEMBERED_BLOCKS = 64;

export interface FollowedBlocks {
  /** The newest blocks, ascending, to be handed to the next look: {@link REMEMBERED_BLOCKS} at most. */
  readonly blocks: readonly SeenBlock[];
  /** How many of the blocks that were seen before have others in their place now. */
  readonly replaced: number;
}

/**
 * Compares the blocks that an earlier look has seen with the chain as it is up to `head`, and reads those that are new.
 * Blocks above `head` are not compared: whoever answers may only be behind. Passes on what the client throws.
 */
export async function followBlocks(
  client: L1Client,
  seen: readonly SeenBlock[],
  head: SeenBlock,
): Promise<FollowedBlocks> {
  const oldest = Math.max(0, head.number - REMEMBERED_BLOCKS + 1);
  const comparable = seen.filter(({ number }) => number >= oldest && number <= head.number);
  const hashAt = async (number: number): Promise<string> =>
    number === head.number ? head.hash : (await client.getBlock({ blockNumber: BigInt(number) })).hash;

  const replaced: SeenBlock[] = [];
  // From the newest back to the first that is still there: what is below that is there too.
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
