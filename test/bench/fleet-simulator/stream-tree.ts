import { unbalancedTree } from '../../../shared/merge-tree/expected/unbalanced-tree.ts';
import type { BlockShape, CheckpointShape } from '../../../shared/proving-job/checkpoint-shape.ts';

/** A job of an epoch of 6.0. */
export interface StreamJob {
  readonly circuit: string;
  /** The checkpoint and the block that it is about; neither for the jobs above checkpoints. */
  readonly checkpoint?: number;
  readonly block?: number;
  readonly children: readonly number[];
  readonly parents: number[];
}

/**
 * The tree of an epoch of 6.0, children before their parents, the root last. As that of 4.1.2, but a checkpoint's one parity
 * proof goes into its root and not into its first block, and a block's circuit no longer depends on its place.
 *
 * @see aztec-labs-eng/aztec-node at v6.0.0-nightly.20260822, `prover-client/src/orchestrator`
 */
export function streamTree(checkpoints: readonly CheckpointShape[]): readonly StreamJob[] {
  const jobs: StreamJob[] = [];
  const add = (job: Omit<StreamJob, 'parents'>): number => {
    for (const child of job.children) jobs[child]!.parents.push(jobs.length);
    return jobs.push({ ...job, parents: [] }) - 1;
  };

  const addTx = (isPublic: boolean, of: Pick<StreamJob, 'checkpoint' | 'block'>): number => {
    if (!isPublic) return add({ circuit: 'PRIVATE_TX_BASE_ROLLUP', ...of, children: [] });
    const chonk = add({ circuit: 'PUBLIC_CHONK_VERIFIER', ...of, children: [] });
    const vm = add({ circuit: 'PUBLIC_VM', ...of, children: [] });
    return add({ circuit: 'PUBLIC_TX_BASE_ROLLUP', ...of, children: [chonk, vm] });
  };
  const addBlock = ({ publicTxs, privateTxs }: BlockShape, checkpoint: number, block: number): number => {
    const txs = publicTxs + privateTxs;
    const of = { checkpoint, block };
    const children = unbalancedTree(
      txs,
      (tx) => addTx(tx < publicTxs, of),
      (left, right) => add({ circuit: 'TX_MERGE_ROLLUP', ...of, children: [left, right] }),
    );
    return add({ circuit: BLOCK_ROOTS[Math.min(txs, 2)]!, ...of, children });
  };
  const addCheckpoint = ({ blocks }: CheckpointShape, checkpoint: number): number => {
    const parity = add({ circuit: 'INBOX_PARITY', checkpoint, children: [] });
    const top = unbalancedTree(
      blocks.length,
      (block) => addBlock(blocks[block]!, checkpoint, block),
      (left, right) => add({ circuit: 'BLOCK_MERGE_ROLLUP', checkpoint, children: [left, right] }),
    );
    const circuit = blocks.length === 1 ? 'CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP' : 'CHECKPOINT_ROOT_ROLLUP';
    return add({ circuit, children: [parity, ...top] });
  };

  const top = unbalancedTree(
    checkpoints.length,
    (checkpoint) => addCheckpoint(checkpoints[checkpoint]!, checkpoint),
    (left, right) => add({ circuit: 'CHECKPOINT_MERGE_ROLLUP', children: [left, right] }),
  );
  const padding = top.length === 1 ? [add({ circuit: 'CHECKPOINT_PADDING_ROLLUP', children: [] })] : [];
  add({ circuit: 'ROOT_ROLLUP', children: [...top, ...padding] });
  return jobs;
}

/** By the number of transactions: none, one, more. */
const BLOCK_ROOTS = ['BLOCK_ROOT_NO_TXS_ROLLUP', 'BLOCK_ROOT_SINGLE_TX_ROLLUP', 'BLOCK_ROOT_ROLLUP'] as const;
