import { type EpochShape, isBinary } from '../../proving-job/epoch-shape.ts';
import { aztecTree } from './aztec-tree.ts';
import { binaryTree } from './binary-tree.ts';
import type { ExpectedTree } from './expected-tree.ts';

/** The tree of an epoch of this shape. @throws {InvalidEpochShapeError} when no epoch can have this shape. */
export function expectedTree(shape: EpochShape): ExpectedTree {
  return isBinary(shape) ? binaryTree(shape) : aztecTree(shape);
}
