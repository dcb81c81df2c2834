import { tallyOf } from '../../../../shared/ledger/job-tally.ts';
import { describe, expect, it } from 'vitest';

import { RangeId } from '../../../../shared/ledger/job-ledger.ts';
import { expectedTree } from '../../../../shared/merge-tree/expected/tree-of-shape.ts';
import { type Progress, progressOf } from '../../../../shared/merge-tree/progress/progress.ts';
import { randomShape } from '../random-shape.ts';
import { LEASE_MS, RANGE, RecordedEpoch } from '../recorded-epoch.ts';
import { SeededRandom } from '../seeded-random.ts';

/** One checkpoint: a block with a public and two private transactions; 15 nodes, 12 jobs. */
const SHAPE = [{ blocks: [{ publicTxs: 1, privateTxs: 2 }], l1ToL2Messages: 0 }];

describe('progressOf', () => {
  it('expects everything and has been asked for nothing before the first record', () => {
    const progress = progressOf(SHAPE, new Map(), 0);
    expect(progress).toMatchObject({
      expected: 12,
      done: 0,
      running: 0,
      waiting: 0,
      rejected: 0,
      notAsked: 12,
      shareDone: 0,
    });
    expect(progress.levels.map(({ level, expected }) => `${level} ${expected}`)).toEqual([
      'leaves 5',
      'parity roots 1',
      'public bases 1',
      'tx merges 1',
      'block roots 1',
      'checkpoint roots 2',
      'root 1',
    ]);
  });

  it('counts each record by its state', () => {
    const epoch = new RecordedEpoch(SHAPE);
    epoch.settle(epoch.find('PUBLIC_CHONK_VERIFIER').id);
    epoch.claim(epoch.find('PUBLIC_VM').id);
    epoch.change(epoch.find('PARITY_BASE').id, { state: 'rejected' });
    expect(leaves(progressIn(epoch))).toEqual({
      expected: 5,
      done: 1,
      running: 1,
      waiting: 2,
      rejected: 1,
      notAsked: 0,
      unexpected: 0,
    });
    expect(progressIn(epoch).levels[0]!.circuits.find(({ circuit }) => circuit === 'PUBLIC_VM')).toMatchObject({
      running: 1,
    });
  });

  it('counts a job as waiting when its lease has ended', () => {
    const epoch = new RecordedEpoch(SHAPE);
    epoch.claim(epoch.find('PUBLIC_VM').id);
    epoch.nowMs += LEASE_MS;
    expect(leaves(progressIn(epoch))).toMatchObject({ running: 0, waiting: 5 });
  });

  it('counts a cancelled job as not asked for', () => {
    const epoch = new RecordedEpoch(SHAPE);
    epoch.change(epoch.find('PUBLIC_VM').id, { state: 'cancelled' });
    expect(leaves(progressIn(epoch))).toMatchObject({ waiting: 4, notAsked: 1 });
  });

  it('leaves out records of checkpoints that a reorg took away', () => {
    const epoch = new RecordedEpoch(SHAPE);
    epoch.proveAll();
    epoch.change(epoch.find('ROOT_ROLLUP').id, { rangeId: RangeId.parse('before the reorg') });
    expect(progressIn(epoch)).toMatchObject({ done: 11, notAsked: 1, unexpected: 0 });
  });

  it('reports records without a place in the tree, and does not count them as done', () => {
    const epoch = new RecordedEpoch([{ blocks: [{ publicTxs: 1, privateTxs: 3 }], l1ToL2Messages: 0 }]);
    epoch.proveAll();
    const progress = progressOf(SHAPE, tallyOf(epoch.records, RANGE), epoch.nowMs);
    // One private base and one merge more than the shape has.
    expect(progress).toMatchObject({ expected: 12, done: 14, unexpected: 2, notAsked: 0, shareDone: 1 });
  });

  it('accounts for every expected job at every step, and ends with all of them done', () => {
    const random = new SeededRandom(11);
    for (let round = 0; round < 20; round += 1) {
      const shape = randomShape(random, { checkpoints: 5, blocks: 3, txsOfAKind: 3 });
      const tree = expectedTree(shape);
      const epoch = new RecordedEpoch(shape, random);
      epoch.proveAll(() => {
        const progress = progressOf(shape, tallyOf(epoch.records, RANGE), epoch.nowMs);
        const { done, running, waiting, rejected, notAsked } = progress;
        expect(done + running + waiting + rejected + notAsked).toBe(tree.jobs.length);
        expect(progress.unexpected).toBe(0);
        return false;
      });
      const end = progressOf(shape, tallyOf(epoch.records, RANGE), epoch.nowMs);
      expect(end).toMatchObject({ expected: tree.jobs.length, done: tree.jobs.length, notAsked: 0, shareDone: 1 });
    }
  });
});

function progressIn(epoch: RecordedEpoch): Progress {
  return progressOf(SHAPE, tallyOf(epoch.records, RANGE), epoch.nowMs);
}

function leaves(progress: Progress): unknown {
  const { level: _, circuits: __, ...counts } = progress.levels[0]!;
  return counts;
}
