import { type EpochShape, isBinary } from '../../proving-job/epoch-shape.ts';
import { addAztecTree } from './aztec-tree.ts';
import { addBinaryTree } from './binary-tree.ts';
import type { ExpectedTree } from './expected-tree.ts';
import { TreeBuilder } from './tree-builder.ts';
import type { TreeSink } from './tree-sink.ts';

/** The tree of an epoch of this shape. @throws {InvalidEpochShapeError} when no epoch can have this shape. */
export function expectedTree(shape: EpochShape): ExpectedTree {
  const builder = new TreeBuilder();
  addTree(builder, shape);
  return builder.build();
}

/** Adds the tree of an epoch of this shape; its root is last. @throws {InvalidEpochShapeError} as {@link expectedTree}. */
export function addTree(sink: TreeSink, shape: EpochShape): void {
  if (isBinary(shape)) addBinaryTree(sink, shape);
  else addAztecTree(sink, shape);
}
