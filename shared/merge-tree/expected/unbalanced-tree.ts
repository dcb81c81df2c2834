/** A place in a binary tree: the top is 0-0, and below `depth`-`index` are the places `depth + 1`-`2 index` and the next. */
export interface TreeLocation {
  readonly depth: number;
  readonly index: number;
}

/**
 * Builds a tree over `leafCount` leaves by Aztec's rule: the largest power of two of them, less than all, goes left and is
 * balanced; the rest goes right by the same rule. So leaves of the right part sit higher: 6 leaves are at 3-0 to 3-3, 2-2, 2-3.
 *
 * `merge` is not called for the top, 0-0: in Aztec that is the root circuit of the next larger tree. So there are
 * max(0, `leafCount` − 2) merges.
 *
 * @returns what is below the top, left to right: empty for no leaves, the leaf itself (at 0-0) for one, else two.
 * @see `UnbalancedTreeStore` in `@aztec/foundation` 4.1.2, `src/trees/unbalanced_tree_store.ts`
 */
export function unbalancedTree<T>(
  leafCount: number,
  leaf: (leafIndex: number, at: TreeLocation) => T,
  merge: (left: T, right: T, at: TreeLocation) => T,
): readonly T[] {
  if (leafCount === 0) return [];
  if (leafCount === 1) return [leaf(0, { depth: 0, index: 0 })];
  return childrenOf(0, leafCount, { depth: 0, index: 0 });

  function subtree(firstLeaf: number, count: number, at: TreeLocation): T {
    if (count === 1) return leaf(firstLeaf, at);
    const [left, right] = childrenOf(firstLeaf, count, at);
    return merge(left, right, at);
  }

  function childrenOf(firstLeaf: number, count: number, { depth, index }: TreeLocation): [T, T] {
    const leftCount = largestPowerOfTwoBelow(count);
    return [
      subtree(firstLeaf, leftCount, { depth: depth + 1, index: 2 * index }),
      subtree(firstLeaf + leftCount, count - leftCount, { depth: depth + 1, index: 2 * index + 1 }),
    ];
  }
}

function largestPowerOfTwoBelow(count: number): number {
  let power = 1;
  while (2 * power < count) power *= 2;
  return power;
}
