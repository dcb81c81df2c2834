import { describe, expect, it } from 'vitest';

import { CriticalPath } from '../../../../shared/merge-tree/progress/critical-path.ts';
import { type BinaryShape, EpochShape, MAX_LEAVES } from '../../../../shared/proving-job/epoch-shape.ts';
import { expectedTree } from '../../../../shared/merge-tree/expected/tree-of-shape.ts';
import type { ExpectedTree } from '../../../../shared/merge-tree/expected/expected-tree.ts';
import { progressOf } from '../../../../shared/merge-tree/progress/progress.ts';
import { SeededRandom } from '../seeded-random.ts';

const shapeOf = (leaves: number): BinaryShape => ({
  leaves,
  leaf: 'CANARY_LEAF',
  merge: 'CANARY_MERGE',
  root: 'CANARY_ROOT',
});

describe('the tree of a binary shape', () => {
  const random = new SeededRandom(5);
  const sizes = [...Array.from({ length: 70 }, (_, index) => index + 1), ...Array.from({ length: 30 }, anySize)];

  it('has every leaf once and in order, two fewer merges than leaves, and one root, for any number of leaves', () => {
    for (const leaves of sizes) {
      const tree = expectedTree(shapeOf(leaves));
      const count = (circuit: string): number => tree.jobs.filter((job) => job.circuit === circuit).length;
      const counted = [count('CANARY_LEAF'), count('CANARY_MERGE'), count('CANARY_ROOT')];
      expect(counted, `${leaves} leaves`).toEqual([leaves, Math.max(0, leaves - 2), 1]);
      expect(leavesBelow(tree, tree.jobs.length - 1)).toEqual(leafJobs(tree));
    }
  });

  it('has the largest power of two below its size left of every split, and that part is whole', () => {
    for (const leaves of sizes) {
      const tree = expectedTree(shapeOf(leaves));
      for (const [index, { children }] of tree.jobs.entries()) {
        const [left, right] = children;
        if (left === undefined || right === undefined) continue;
        const [all, onTheLeft] = [leavesBelow(tree, index).length, leavesBelow(tree, left).length];
        expect(Math.log2(onTheLeft) % 1, `${leaves} leaves`).toBe(0);
        expect(onTheLeft < all && 2 * onTheLeft >= all, `${onTheLeft} of ${all}`).toBe(true);
      }
    }
  });

  it('has as many jobs after one another as it has levels of splits, and the root', () => {
    for (const leaves of sizes) {
      const { full } = new CriticalPath(expectedTree(shapeOf(leaves)), () => 1);
      expect(full.seconds, `${leaves} leaves`).toBe(leaves === 1 ? 2 : 1 + Math.ceil(Math.log2(leaves)));
    }
  });

  it("shows its progress by its own family's levels", () => {
    const progress = progressOf(shapeOf(5), new Map(), 0);
    expect(progress.levels.map(({ level, expected }) => [level, expected])).toEqual([
      ['leaves', 5],
      ['merges', 3],
      ['root', 1],
    ]);
  });

  it.each([0, -1, 1.5, MAX_LEAVES + 1])('cannot have %d leaves', (leaves) => {
    expect(EpochShape.safeParse(shapeOf(leaves)).success).toBe(false);
  });

  function anySize(): number {
    return 71 + random.below(MAX_LEAVES / 4);
  }
});

function leafJobs({ jobs }: ExpectedTree): number[] {
  return [...jobs.entries()].filter(([, { circuit }]) => circuit === 'CANARY_LEAF').map(([index]) => index);
}

/** The leaves below a job, left to right. */
function leavesBelow(tree: ExpectedTree, job: number): number[] {
  const { children = [] } = tree.jobs[job] ?? {};
  return children.length === 0 ? [job] : children.flatMap((child) => leavesBelow(tree, child));
}
