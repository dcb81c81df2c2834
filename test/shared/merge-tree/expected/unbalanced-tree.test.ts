import { type TreeNodeLocation, UnbalancedTreeStore } from '@aztec/foundation/trees';
import { describe, expect, it } from 'vitest';

import { type TreeLocation, unbalancedTree } from '../../../../shared/merge-tree/expected/unbalanced-tree.ts';

describe('unbalancedTree', () => {
  it.each([
    { leafCount: 1, leaves: ['0-0'] },
    { leafCount: 2, leaves: ['1-0', '1-1'] },
    { leafCount: 3, leaves: ['2-0', '2-1', '1-1'] },
    { leafCount: 5, leaves: ['3-0', '3-1', '3-2', '3-3', '1-1'] },
    { leafCount: 6, leaves: ['3-0', '3-1', '3-2', '3-3', '2-2', '2-3'] },
    { leafCount: 7, leaves: ['3-0', '3-1', '3-2', '3-3', '3-4', '3-5', '2-3'] },
  ])('puts $leafCount leaves where Aztec puts them', ({ leafCount, leaves }) => {
    expect(locationsOf(leafCount).leaves).toEqual(leaves);
  });

  it('is empty without leaves', () => {
    expect(unbalancedTree(0, String, (left, right) => left + right)).toEqual([]);
  });

  it('keeps the order of the leaves', () => {
    const top = unbalancedTree(
      7,
      (leaf) => String(leaf),
      (left, right) => `(${left} ${right})`,
    );
    expect(top).toEqual(['((0 1) (2 3))', '((4 5) 6)']);
  });

  it('has the leaves, merges and edges of the store in Aztec for 1 to 200 leaves', () => {
    for (let leafCount = 1; leafCount <= 200; leafCount += 1) {
      expect(locationsOf(leafCount), `${leafCount} leaves`).toEqual(locationsInAztec(leafCount));
    }
  });

  it('merges two fewer times than there are leaves', () => {
    for (let leafCount = 0; leafCount <= 200; leafCount += 1) {
      let merges = 0;
      unbalancedTree(leafCount, Number, () => (merges += 1));
      expect(merges, `${leafCount} leaves`).toBe(Math.max(0, leafCount - 2));
    }
  });
});

interface Locations {
  readonly leaves: readonly string[];
  /** Each merge with what it merges, children first. */
  readonly merges: readonly string[];
}

function locationsOf(leafCount: number): Locations {
  const leaves: string[] = [];
  const merges: string[] = [];
  const nameOf = ({ depth, index }: TreeLocation): string => `${depth}-${index}`;
  unbalancedTree(
    leafCount,
    (_, at) => {
      leaves.push(nameOf(at));
      return nameOf(at);
    },
    (left, right, at) => {
      merges.push(`${nameOf(at)} of ${left} ${right}`);
      return nameOf(at);
    },
  );
  return { leaves, merges: merges.sort() };
}

function locationsInAztec(leafCount: number): Locations {
  const store = new UnbalancedTreeStore<string>(leafCount);
  const nameOf = ({ level, index }: TreeNodeLocation): string => `${level}-${index}`;
  const leaves: string[] = [];
  const merges = new Set<string>();
  for (let leaf = 0; leaf < leafCount; leaf += 1) {
    let location = store.setLeaf(leaf, 'leaf');
    leaves.push(nameOf(location));
    while (location.level > 1) {
      location = store.getParentLocation(location);
      const [left, right] = store.getChildLocations(location);
      merges.add(`${nameOf(location)} of ${nameOf(left)} ${nameOf(right)}`);
    }
  }
  return { leaves, merges: [...merges].sort() };
}
