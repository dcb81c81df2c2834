import { describe, expect, it } from 'vitest';

import { expectedTree } from '../../../../shared/merge-tree/expected/tree-of-shape.ts';
import type { WorkAhead } from '../../../../shared/merge-tree/prediction/work-ahead.ts';
import { EIGHT_LEAVES, tallyWith, workOf } from './a-prediction.ts';

function linesOf({ jobs }: WorkAhead): string[] {
  return jobs.map(({ circuit, state, runningSeconds, children }) =>
    [circuit, state, runningSeconds, `[${children.join()}]`].join(' '),
  );
}

describe('the work ahead', () => {
  it('is the whole tree before anything was asked for', () => {
    const { jobs } = workOf(EIGHT_LEAVES);
    expect(jobs).toHaveLength(expectedTree(EIGHT_LEAVES).jobs.length);
    expect(jobs.every(({ state }) => state === 'unasked')).toBe(true);
  });

  it('leaves out what is proven, and knows for how long the rest has been running', () => {
    const tally = tallyWith({ CANARY_LEAF: { proven: 6, running: [3, 8] }, CANARY_MERGE: { proven: 2, waiting: 1 } });
    expect(linesOf(workOf(EIGHT_LEAVES, tally))).toEqual([
      'CANARY_MERGE waiting 0 []',
      'CANARY_MERGE unasked 0 []',
      'CANARY_LEAF running 8 []',
      'CANARY_LEAF running 3 []',
      'CANARY_MERGE unasked 0 [2,3]',
      'CANARY_MERGE unasked 0 [1,4]',
      'CANARY_ROOT unasked 0 [0,5]',
    ]);
  });

  it('takes for proven all that is below a job that was asked for', () => {
    // One checkpoint of a single block, and one of two: the blocks of the second are proven.
    const block = { publicTxs: 0, privateTxs: 2 };
    const shape = [
      { blocks: [block], l1ToL2Messages: 0 },
      { blocks: [block, block], l1ToL2Messages: 0 },
    ];
    const tally = tallyWith({
      PARITY_BASE: { proven: 1 },
      PARITY_ROOT: { proven: 1 },
      PRIVATE_TX_BASE_ROLLUP: { proven: 5, running: [9] },
      BLOCK_ROOT_FIRST_ROLLUP: { proven: 1 },
      BLOCK_ROOT_ROLLUP: { proven: 1 },
      CHECKPOINT_ROOT_ROLLUP: { proven: 1 },
    });
    const { jobs } = workOf(shape, tally);
    const byCircuit = Map.groupBy(jobs, ({ circuit }) => circuit);
    expect([...byCircuit].map(([circuit, { length }]) => `${length} ${circuit}`)).toEqual([
      '1 PRIVATE_TX_BASE_ROLLUP',
      '1 BLOCK_ROOT_FIRST_ROLLUP',
      '1 CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP',
      '1 ROOT_ROLLUP',
    ]);
  });

  it('is empty once the root is proven', () => {
    const tally = tallyWith({ CANARY_LEAF: { proven: 8 }, CANARY_MERGE: { proven: 6 }, CANARY_ROOT: { proven: 1 } });
    expect(workOf(EIGHT_LEAVES, tally).jobs).toEqual([]);
  });
});
