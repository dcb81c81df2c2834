import type { BinaryShape } from '../../proving-job/epoch-shape.ts';
import type { TreeSink } from './tree-sink.ts';
import { unbalancedTree } from './unbalanced-tree.ts';

/** Adds the tree of `leaves` leaves, split by Aztec's rule. The root takes the two below it itself, or the only leaf. */
export function addBinaryTree(sink: TreeSink, { leaves, leaf, merge, root }: BinaryShape): void {
  const top = unbalancedTree(
    leaves,
    (_, location) => sink.add(leaf, { location }, []),
    (left, right, location) => sink.add(merge, { location }, [left, right]),
  );
  sink.add(root, {}, top);
}
