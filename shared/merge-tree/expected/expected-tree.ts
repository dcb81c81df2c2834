import type { CircuitName } from '../../proving-job/circuit-catalogue.ts';
import type { TreeLocation } from './unbalanced-tree.ts';

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

/** The circuit of the proof that all others go into. */
export function rootOf({ jobs }: ExpectedTree): CircuitName {
  const root = jobs.at(-1);
  if (root === undefined) throw new Error('a tree without jobs has no root');
  return root.circuit;
}
