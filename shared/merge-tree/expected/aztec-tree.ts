import type { NativeCircuit } from '../../proving-job/circuit-catalogue.ts';
import { checkAztecShape } from './aztec-shape.ts';
import type { BlockShape, CheckpointShape } from '../../proving-job/checkpoint-shape.ts';
import type { NodePosition } from './expected-tree.ts';
import type { TreeSink } from './tree-sink.ts';
import { type TreeLocation, unbalancedTree } from './unbalanced-tree.ts';

/** `NUM_BASE_PARITY_PER_ROOT_PARITY` and `NUM_MSGS_PER_BASE_PARITY` of `@aztec/constants` 4.1.2. */
export const PARITY_BASES_PER_CHECKPOINT = 4;
export const MESSAGES_PER_PARITY_BASE = 256;

/**
 * Adds the tree that Aztec's orchestrator will ask for, from the checkpoints to be proven, in order.
 *
 * Jobs are fewer than nodes because a parity base only holds its 256 messages and the root of the keys: those
 * without messages are one job throughout the epoch, and so are the parity roots over four of them.
 *
 * @throws {InvalidEpochShapeError} when no epoch can have this shape.
 */
export function addAztecTree(sink: TreeSink, checkpoints: readonly CheckpointShape[]): void {
  checkAztecShape(checkpoints);
  const top = unbalancedTree(
    checkpoints.length,
    (checkpoint, location) => addCheckpoint(sink, checkpoint, checkpoints[checkpoint] as CheckpointShape, location),
    (left, right, location) => sink.add('CHECKPOINT_MERGE_ROLLUP', { location }, [left, right]),
  );
  // The root takes two: a single checkpoint is joined by a padding one.
  const rootChildren = top.length === 1 ? [...top, sink.add('CHECKPOINT_PADDING_ROLLUP', {}, [])] : top;
  sink.add('ROOT_ROLLUP', {}, rootChildren);
}

function addCheckpoint(
  sink: TreeSink,
  checkpoint: number,
  { blocks, l1ToL2Messages }: CheckpointShape,
  location: TreeLocation,
): number {
  const parityRoot = addParity(sink, checkpoint, l1ToL2Messages);
  const top = unbalancedTree(
    blocks.length,
    (block, at) =>
      addBlock(sink, { checkpoint, block, location: at }, blocks[block] as BlockShape, block === 0 ? [parityRoot] : []),
    (left, right, at) => sink.add('BLOCK_MERGE_ROLLUP', { checkpoint, location: at }, [left, right]),
  );
  const circuit = blocks.length === 1 ? 'CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP' : 'CHECKPOINT_ROOT_ROLLUP';
  return sink.add(circuit, { checkpoint, location }, top);
}

function addParity(sink: TreeSink, checkpoint: number, l1ToL2Messages: number): number {
  const bases = Array.from({ length: PARITY_BASES_PER_CHECKPOINT }, (_, parityBase) => {
    const isEmpty = l1ToL2Messages <= parityBase * MESSAGES_PER_PARITY_BASE;
    return sink.add('PARITY_BASE', { checkpoint, parityBase }, [], isEmpty ? 'empty parity base' : undefined);
  });
  return sink.add('PARITY_ROOT', { checkpoint }, bases, l1ToL2Messages === 0 ? 'empty parity root' : undefined);
}

function addBlock(
  sink: TreeSink,
  position: Required<Pick<NodePosition, 'checkpoint' | 'block' | 'location'>>,
  { publicTxs, privateTxs }: BlockShape,
  parityRoot: readonly number[],
): number {
  const txCount = publicTxs + privateTxs;
  const { checkpoint, block } = position;
  const top = unbalancedTree(
    txCount,
    (tx, location) => addTxBase(sink, { checkpoint, block, tx, location }, tx < publicTxs),
    (left, right, location) => sink.add('TX_MERGE_ROLLUP', { checkpoint, block, location }, [left, right]),
  );
  return sink.add(blockRootCircuit(txCount, block === 0), position, [...parityRoot, ...top]);
}

function addTxBase(sink: TreeSink, position: NodePosition, isPublic: boolean): number {
  if (!isPublic) return sink.add('PRIVATE_TX_BASE_ROLLUP', position, []);
  const { location: _, ...tx } = position;
  const chonkVerifier = sink.add('PUBLIC_CHONK_VERIFIER', tx, []);
  const vm = sink.add('PUBLIC_VM', tx, []);
  return sink.add('PUBLIC_TX_BASE_ROLLUP', position, [chonkVerifier, vm]);
}

function blockRootCircuit(txCount: number, isFirst: boolean): NativeCircuit {
  if (!isFirst) return txCount === 1 ? 'BLOCK_ROOT_SINGLE_TX_ROLLUP' : 'BLOCK_ROOT_ROLLUP';
  if (txCount === 0) return 'BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP';
  return txCount === 1 ? 'BLOCK_ROOT_SINGLE_TX_FIRST_ROLLUP' : 'BLOCK_ROOT_FIRST_ROLLUP';
}
