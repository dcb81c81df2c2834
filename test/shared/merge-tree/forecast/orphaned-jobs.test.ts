import { describe, expect, it } from 'vitest';

import { leaveOutOrphans } from '../../../../shared/merge-tree/forecast/orphaned-jobs.ts';
import { circuit, standings } from './a-stream.ts';

const LEFT_BEHIND = { PUBLIC_VM: [300, 20], BLOCK_ROOT_ROLLUP: [310, 2] } as const;

describe('jobs that a prune has left behind', () => {
  it('are those below the top that still wait when the root is asked for', () => {
    const epoch = standings({ ...LEFT_BEHIND, CHECKPOINT_ROOT_ROLLUP: [32, 0], ROOT_ROLLUP: [0, 1] });
    const wanted = leaveOutOrphans(epoch, 1);

    expect(wanted.orphans).toBe(22);
    expect(wanted.standings.get(circuit('PUBLIC_VM'))).toMatchObject({ proven: 300, waiting: 0 });
    expect(wanted.standings.get(circuit('ROOT_ROLLUP'))).toMatchObject({ waiting: 1 });
  });

  it('leave an agent that proves one its job', () => {
    const proving = { proven: 0, waiting: 3, runningForSeconds: [10] };
    const moved = new Map([['large', { waiting: 2, runningForSeconds: [5] }] as const]);
    const epoch = new Map([
      ...standings({ ROOT_ROLLUP: [1, 0] }),
      [circuit('PUBLIC_CHONK_VERIFIER'), { ...proving, moved }] as const,
    ]);
    const wanted = leaveOutOrphans(epoch, 1);

    expect(wanted.orphans).toBe(5);
    expect(wanted.standings.get(circuit('PUBLIC_CHONK_VERIFIER'))).toEqual({
      proven: 0,
      waiting: 0,
      runningForSeconds: [10],
      moved: new Map([['large', { waiting: 0, runningForSeconds: [5] }]]),
    });
  });

  it.each([
    ['the root is not asked for', { CHECKPOINT_ROOT_ROLLUP: [32, 0] }, 1],
    ['the epoch lasts, and the root proves a part of it', { ROOT_ROLLUP: [1, 0] }, 0.9],
    ['more of the top tree is to be proven', { CHECKPOINT_ROOT_ROLLUP: [20, 12], ROOT_ROLLUP: [1, 0] }, 1],
  ] as const)('are not known while %s', (_, top, elapsed) => {
    const epoch = standings({ ...LEFT_BEHIND, ...top });
    expect(leaveOutOrphans(epoch, elapsed)).toEqual({ standings: epoch, orphans: 0 });
  });
});
