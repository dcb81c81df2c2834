import type { BlockNumber } from '@aztec/foundation/branded-types';
import { type AztecNode, MAX_RPC_BLOCKS_LEN } from '@aztec/stdlib/interfaces/client';

import type { CheckpointContents, EpochContents } from './epoch-contents.ts';
import type { SlotClock } from '../sequencer/slot-clock.ts';

/** What the sender of the traffic knows and a block does not contain. */
export interface SentTraffic {
  /** Hashes of the transactions that have a public part. */
  readonly publicTransactions: ReadonlySet<string>;
  /** For each message from L1, the checkpoint that includes it. */
  readonly messageCheckpoints: readonly number[];
}

/** Reads from the node what an epoch holds, block by block, from `firstBlock` on. */
export async function readEpochContents(
  node: AztecNode,
  clock: SlotClock,
  epochNumber: number,
  firstBlock: BlockNumber,
  sent: SentTraffic,
): Promise<EpochContents> {
  const checkpoints = new Map<number, CheckpointContents>();
  for (const block of await node.getBlocks(firstBlock, MAX_RPC_BLOCKS_LEN)) {
    if (clock.epochOf(block.slot) !== epochNumber) continue;
    const checkpoint: CheckpointContents = checkpoints.get(block.checkpointNumber) ?? {
      checkpointNumber: block.checkpointNumber,
      slotNumber: block.slot,
      blocks: [],
      l1ToL2Messages: sent.messageCheckpoints.filter((number) => number === block.checkpointNumber).length,
    };
    const hashes = block.body.txEffects.map(({ txHash }) => txHash.toString());
    const publicTransactions = hashes.filter((hash) => sent.publicTransactions.has(hash)).length;
    checkpoint.blocks.push({
      blockNumber: block.number,
      privateTransactions: hashes.length - publicTransactions,
      publicTransactions,
    });
    checkpoints.set(block.checkpointNumber, checkpoint);
  }
  return { epochNumber, checkpoints: [...checkpoints.values()] };
}
