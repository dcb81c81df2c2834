import { z } from 'zod';

import { NativeCircuit } from './circuit-catalogue.ts';
import { CheckpointShape } from './checkpoint-shape.ts';

/** The most leaves of one binary tree: readers load all of its records. */
export const MAX_LEAVES = 4096;

/** The tree of a family that proves no checkpoints: one circuit for all leaves, one for the merges above them, and the root's. */
export const BinaryShape = z.strictObject({
  leaves: z.number().int().positive().max(MAX_LEAVES),
  leaf: NativeCircuit,
  merge: NativeCircuit,
  root: NativeCircuit,
});
export type BinaryShape = z.infer<typeof BinaryShape>;

/** All that an epoch's expected tree depends on: Aztec's checkpoints in order, or how many leaves. */
export const EpochShape = z.union([z.array(CheckpointShape), BinaryShape]);
export type EpochShape = readonly CheckpointShape[] | BinaryShape;

export function isBinary(shape: EpochShape): shape is BinaryShape {
  return 'leaves' in shape;
}

/** The checkpoints of an Aztec epoch; an empty list for another family's. */
export function checkpointsOf(shape: EpochShape): readonly CheckpointShape[] {
  return isBinary(shape) ? [] : shape;
}
