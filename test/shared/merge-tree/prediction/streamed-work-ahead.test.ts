import { describe, expect, it } from 'vitest';

import { type ComingJobs, streamedWorkAhead } from '../../../../shared/merge-tree/prediction/streamed-work-ahead.ts';
import { NOW_MS, tallyWith, VERSION } from './a-prediction.ts';

const OPTIONS = { networkVersion: VERSION, nowMs: NOW_MS };

function coming(circuit: ComingJobs['circuit'], count: number, fromSeconds = 0, untilSeconds = 0): ComingJobs {
  return { circuit, count, fromSeconds, untilSeconds };
}

describe('the work ahead of an epoch that streams', () => {
  it('leads from the open jobs through those that are expected to the root', () => {
    const tally = tallyWith({
      PRIVATE_TX_BASE_ROLLUP: { proven: 3, running: [5], waiting: 1 },
      PARITY_BASE: { running: [2] },
    });
    const { jobs } = streamedWorkAhead(
      tally,
      [
        coming('PARITY_ROOT', 1),
        coming('TX_MERGE_ROLLUP', 1),
        coming('BLOCK_ROOT_FIRST_ROLLUP', 1),
        coming('CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP', 1),
        coming('ROOT_ROLLUP', 1),
      ],
      OPTIONS,
    );
    expect(jobs.map(({ circuit, state, children }) => `${circuit} ${state} [${children.join()}]`)).toEqual([
      'PRIVATE_TX_BASE_ROLLUP running []',
      'PRIVATE_TX_BASE_ROLLUP waiting []',
      'PARITY_BASE running []',
      'PARITY_ROOT unasked [2]',
      'TX_MERGE_ROLLUP unasked [0,1]',
      'BLOCK_ROOT_FIRST_ROLLUP unasked [3,4]',
      'CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP unasked [5]',
      'ROOT_ROLLUP unasked [6]',
    ]);
  });

  it('merges two by two, and spreads jobs over the time in which they come', () => {
    const tally = tallyWith({ CHECKPOINT_ROOT_ROLLUP: { waiting: 2 } });
    const { jobs } = streamedWorkAhead(
      tally,
      [coming('CHECKPOINT_ROOT_ROLLUP', 2, 0, 144), coming('CHECKPOINT_MERGE_ROLLUP', 2), coming('ROOT_ROLLUP', 1)],
      OPTIONS,
    );
    expect(
      jobs.map(({ circuit, notBeforeSeconds, children }) => `${circuit} ${notBeforeSeconds} [${children.join()}]`),
    ).toEqual([
      'CHECKPOINT_ROOT_ROLLUP 0 []',
      'CHECKPOINT_ROOT_ROLLUP 0 []',
      'CHECKPOINT_ROOT_ROLLUP 0 []',
      'CHECKPOINT_ROOT_ROLLUP 72 []',
      'CHECKPOINT_MERGE_ROLLUP 0 [0,1]',
      'CHECKPOINT_MERGE_ROLLUP 0 [2,3]',
      'ROOT_ROLLUP 0 [4,5]',
    ]);
  });

  it('has nothing left once the root is proven', () => {
    expect(streamedWorkAhead(tallyWith({ ROOT_ROLLUP: { proven: 1 } }), [], OPTIONS).jobs).toEqual([]);
  });
});
