import type { CircuitName } from '../proving-job/circuit-catalogue.ts';
import type { BlockShape, CheckpointShape } from './checkpoint-shape.ts';
import { checkEpochShape } from './epoch-shape.ts';
import { type TreeLocation, unbalancedTree } from './unbalanced-tree.ts';

/** `NUM_BASE_PARITY_PER_ROOT_PARITY` and `NUM_MSGS_PER_BASE_PARITY` of `@aztec/constants` 4.1.2. */
export const PARITY_BASES_PER_CHECKPOINT = 4;
export const MESSAGES_PER_PARITY_BASE = 256;

/** Where a node is. Numbers count from 0, within the epoch, its checkpoint or its block; absent where they say nothing. */
export interface NodePosition {
  readonly checkpoint?: number;
  readonly block?: number;
  /** Public transactions come first: the shape says how many there are of each kind, not in which order. */
  readonly tx?: number;
  readonly parityBase?: number;
  /** Place in the tree whose leaf or merge it is: of the block's transactions, the checkpoint's blocks, or the checkpoints. */
  readonly location?: TreeLocation;
}

/** One use of a circuit in the tree. */
export interface ExpectedNode {
  readonly circuit: CircuitName;
  readonly position: NodePosition;
  /** Indexes into `nodes`, in the order of the parent's inputs. */
  readonly children: readonly number[];
  /** Index into `nodes`; the root alone has none. */
  readonly parent: number | undefined;
  /** Index into `jobs` of the job that proves it. */
  readonly job: number;
}

/** One proof to make. Nodes with the same inputs share a job, so a job can have several parents. */
export interface ExpectedJob {
  readonly circuit: CircuitName;
  /** Indexes into `nodes`. */
  readonly nodes: readonly number[];
  /** Indexes into `jobs`, each once. */
  readonly children: readonly number[];
  /** Indexes into `jobs`, each once; the root alone has none. */
  readonly parents: readonly number[];
}

/** Everything that must be proven for an epoch, known before any of it exists. */
export interface ExpectedTree {
  /** Children stand before their parents; the root is last. */
  readonly nodes: readonly ExpectedNode[];
  /** Children stand before their parents; the root is last. */
  readonly jobs: readonly ExpectedJob[];
}

/**
 * The tree that Aztec's orchestrator will ask for, from the checkpoints to be proven, in order.
 *
 * Jobs are fewer than nodes because a parity base holds nothing but its 256 messages and the root of the keys: those
 * without messages are one job throughout the epoch, and so are the parity roots over four of them.
 *
 * @throws {InvalidEpochShapeError} when no epoch can look like this.
 */
export function expectedTree(checkpoints: readonly CheckpointShape[]): ExpectedTree {
  checkEpochShape(checkpoints);
  const builder = new TreeBuilder();
  const top = unbalancedTree(
    checkpoints.length,
    (checkpoint, location) => addCheckpoint(builder, checkpoint, checkpoints[checkpoint] as CheckpointShape, location),
    (left, right, location) => builder.add('CHECKPOINT_MERGE_ROLLUP', { location }, [left, right]),
  );
  // The root takes two: a single checkpoint is joined by a padding one.
  const rootChildren = top.length === 1 ? [...top, builder.add('CHECKPOINT_PADDING_ROLLUP', {}, [])] : top;
  builder.add('ROOT_ROLLUP', {}, rootChildren);
  return builder.build();
}

function addCheckpoint(
  builder: TreeBuilder,
  checkpoint: number,
  { blocks, l1ToL2Messages }: CheckpointShape,
  location: TreeLocation,
): number {
  const parityRoot = addParity(builder, checkpoint, l1ToL2Messages);
  const top = unbalancedTree(
    blocks.length,
    (block, at) =>
      addBlock(
        builder,
        { checkpoint, block, location: at },
        blocks[block] as BlockShape,
        block === 0 ? [parityRoot] : [],
      ),
    (left, right, at) => builder.add('BLOCK_MERGE_ROLLUP', { checkpoint, location: at }, [left, right]),
  );
  const circuit = blocks.length === 1 ? 'CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP' : 'CHECKPOINT_ROOT_ROLLUP';
  return builder.add(circuit, { checkpoint, location }, top);
}

function addParity(builder: TreeBuilder, checkpoint: number, l1ToL2Messages: number): number {
  const bases = Array.from({ length: PARITY_BASES_PER_CHECKPOINT }, (_, parityBase) => {
    const isEmpty = l1ToL2Messages <= parityBase * MESSAGES_PER_PARITY_BASE;
    return builder.add('PARITY_BASE', { checkpoint, parityBase }, [], isEmpty ? 'empty parity base' : undefined);
  });
  return builder.add('PARITY_ROOT', { checkpoint }, bases, l1ToL2Messages === 0 ? 'empty parity root' : undefined);
}

function addBlock(
  builder: TreeBuilder,
  position: Required<Pick<NodePosition, 'checkpoint' | 'block' | 'location'>>,
  { publicTxs, privateTxs }: BlockShape,
  parityRoot: readonly number[],
): number {
  const txCount = publicTxs + privateTxs;
  const { checkpoint, block } = position;
  const top = unbalancedTree(
    txCount,
    (tx, location) => addTxBase(builder, { checkpoint, block, tx, location }, tx < publicTxs),
    (left, right, location) => builder.add('TX_MERGE_ROLLUP', { checkpoint, block, location }, [left, right]),
  );
  return builder.add(blockRootCircuit(txCount, block === 0), position, [...parityRoot, ...top]);
}

function addTxBase(builder: TreeBuilder, position: NodePosition, isPublic: boolean): number {
  if (!isPublic) return builder.add('PRIVATE_TX_BASE_ROLLUP', position, []);
  const { location: _, ...tx } = position;
  const chonkVerifier = builder.add('PUBLIC_CHONK_VERIFIER', tx, []);
  const vm = builder.add('PUBLIC_VM', tx, []);
  return builder.add('PUBLIC_TX_BASE_ROLLUP', position, [chonkVerifier, vm]);
}

function blockRootCircuit(txCount: number, isFirst: boolean): CircuitName {
  if (!isFirst) return txCount === 1 ? 'BLOCK_ROOT_SINGLE_TX_ROLLUP' : 'BLOCK_ROOT_ROLLUP';
  if (txCount === 0) return 'BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP';
  return txCount === 1 ? 'BLOCK_ROOT_SINGLE_TX_FIRST_ROLLUP' : 'BLOCK_ROOT_FIRST_ROLLUP';
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly number[] ? number[] : T[K] };

class TreeBuilder {
  readonly #nodes: Mutable<ExpectedNode>[] = [];
  readonly #jobs: Mutable<ExpectedJob>[] = [];
  readonly #jobByInputs = new Map<string, number>();

  /** Adds a node above `children` and answers its index. Nodes of the same `inputs` name share a job. */
  add(circuit: CircuitName, position: NodePosition, children: readonly number[], inputs?: string): number {
    const node = this.#nodes.length;
    const childNodes = children.map((child) => this.#nodes[child] as Mutable<ExpectedNode>);
    for (const child of childNodes) child.parent = node;
    const job = this.#jobFor(circuit, [...new Set(childNodes.map((child) => child.job))], inputs);
    (this.#jobs[job] as Mutable<ExpectedJob>).nodes.push(node);
    this.#nodes.push({ circuit, position, children: [...children], parent: undefined, job });
    return node;
  }

  build(): ExpectedTree {
    return { nodes: this.#nodes, jobs: this.#jobs };
  }

  #jobFor(circuit: CircuitName, children: number[], inputs: string | undefined): number {
    const known = inputs === undefined ? undefined : this.#jobByInputs.get(inputs);
    if (known !== undefined) return known;
    const job = this.#jobs.length;
    this.#jobs.push({ circuit, nodes: [], children, parents: [] });
    for (const child of children) this.#jobs[child]?.parents.push(job);
    if (inputs !== undefined) this.#jobByInputs.set(inputs, job);
    return job;
  }
}
