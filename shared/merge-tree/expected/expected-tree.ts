import type { NativeCircuit } from '../../proving-job/circuit-catalogue.ts';
import type { TreeLocation } from './unbalanced-tree.ts';

/** Where a node is. Numbers count from 0, within the epoch, its checkpoint or its block; absent where they do not apply. */
export interface NodePosition {
  readonly checkpoint?: number;
  readonly block?: number;
  /** Public transactions come first: the shape has the count of each kind, not their order. */
  readonly tx?: number;
  readonly parityBase?: number;
  /** Its place as a leaf or merge in the tree of the block's transactions, the checkpoint's blocks, or the checkpoints. */
  readonly location?: TreeLocation;
}

/** One use of a circuit in the tree. */
export interface ExpectedNode {
  readonly circuit: NativeCircuit;
  readonly position: NodePosition;
  /** Indexes into `nodes`, in the order of the parent's inputs. */
  readonly children: readonly number[];
  /** Index into `nodes`; absent for the root. */
  readonly parent: number | undefined;
  /** Index into `jobs` of the job that proves it. */
  readonly job: number;
}

/** One proof to make. Nodes with the same inputs share a job, so a job can have several parents. */
export interface ExpectedJob {
  readonly circuit: NativeCircuit;
  /** Indexes into `nodes`. */
  readonly nodes: readonly number[];
  /** Indexes into `jobs`, each once. */
  readonly children: readonly number[];
  /** Indexes into `jobs`, each once; empty for the root. */
  readonly parents: readonly number[];
}

/** Everything that must be proven for an epoch, known in advance. */
export interface ExpectedTree {
  /** Children stand before their parents; the root is last. */
  readonly nodes: readonly ExpectedNode[];
  /** Children stand before their parents; the root is last. */
  readonly jobs: readonly ExpectedJob[];
}
