import type { BinaryShape } from '../../proving-job/epoch-shape.ts';
import type { ExpectedTree } from './expected-tree.ts';
import { TreeBuilder } from './tree-builder.ts';
import { unbalancedTree } from './unbalanced-tree.ts';

/** The tree of `leaves` leaves, split by Aztec's rule. The root takes the two below it itself, or the only leaf. */
export function binaryTree({ leaves, leaf, merge, root }: BinaryShape): ExpectedTree {
  const builder = new TreeBuilder();
  const top = unbalancedTree(
    leaves,
    (_, location) => builder.add(leaf, { location }, []),
    (left, right, location) => builder.add(merge, { location }, [left, right]),
  );
  builder.add(root, {}, top);
  return builder.build();
}
