import type { BlockShape, CheckpointShape } from '../../shared/proving-job/checkpoint-shape.ts';

/**
 * Whether an epoch holds every kind of traffic that makes a different part of the merge tree: private and public
 * transactions, a checkpoint with several of them and one without any, and a message from L1.
 */
export function holdsTrafficMix(checkpoints: readonly CheckpointShape[]): boolean {
  const blocks = checkpoints.flatMap((checkpoint) => checkpoint.blocks);
  const txsOfCheckpoint = checkpoints.map((checkpoint) => countTxs(checkpoint.blocks));
  return (
    blocks.some(({ privateTxs }) => privateTxs > 0) &&
    blocks.some(({ publicTxs }) => publicTxs > 0) &&
    txsOfCheckpoint.some((txs) => txs > 1) &&
    txsOfCheckpoint.includes(0) &&
    checkpoints.some(({ l1ToL2Messages }) => l1ToL2Messages > 0)
  );
}

export function countTxs(blocks: readonly BlockShape[]): number {
  return blocks.reduce((sum, { publicTxs, privateTxs }) => sum + publicTxs + privateTxs, 0);
}
