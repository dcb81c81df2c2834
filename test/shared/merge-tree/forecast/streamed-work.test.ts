import { describe, expect, it } from 'vitest';

import type { CircuitStandings } from '../../../../shared/merge-tree/progress/circuit-standings.ts';
import { StreamedWork } from '../../../../shared/merge-tree/forecast/streamed-work.ts';
import { CircuitName } from '../../../../shared/proving-job/circuit-catalogue.ts';

const WAITING = { proven: 0, runningForSeconds: [], waiting: 2 };
const DONE = { proven: 1, runningForSeconds: [], waiting: 0 };
/** 93 s of the root, 10.2 of a checkpoint merge, 75 of a checkpoint root. */
const TOP_SECONDS = 93 + 10.2 + 75;

function standings(...open: (readonly [string, CircuitStandings extends ReadonlyMap<unknown, infer S> ? S : never])[]) {
  return new Map(open.map(([name, standing]) => [CircuitName.parse(name), standing]));
}

describe('the work left of an epoch that streams', () => {
  const work = new StreamedWork('6.0.0');
  const options = {
    secondsOf: () => ({ mean: 10, p95: 13 }),
    slotsOf: () => ({ slots: 1, startUpSeconds: 90 }),
  };

  it('counts the way up from an open job through every level above it', () => {
    expect(work.aboveSeconds(CircuitName.parse('BLOCK_MERGE_ROLLUP'))).toBeCloseTo(TOP_SECONDS);
    expect(work.pathSeconds(standings(['BLOCK_MERGE_ROLLUP', WAITING]))).toBeCloseTo(TOP_SECONDS + 15);
    expect(work.aboveSeconds(CircuitName.parse('ROOT_ROLLUP'))).toBe(0);
  });

  it('takes an unknown circuit for the lowest', () => {
    const unknown = work.aboveSeconds(CircuitName.parse('WONDER_ROLLUP'));
    expect(unknown).toBeGreaterThan(work.aboveSeconds(CircuitName.parse('PUBLIC_VM')));
  });

  it('is nothing while no job is open, and only the jobs themselves once the root is proven', () => {
    expect(work.pathSeconds(standings(['TX_MERGE_ROLLUP', DONE]))).toBe(0);
    expect(work.pathSeconds(standings(['ROOT_ROLLUP', DONE], ['TX_MERGE_ROLLUP', WAITING]))).toBe(10);
  });

  it('loads each pool with the jobs that are in it, also those that were moved', () => {
    const moved = new Map([['large', { runningForSeconds: [4], waiting: 0 }] as const]);
    const loads = work.byPool(
      standings(['TX_MERGE_ROLLUP', { ...WAITING, moved }], ['WONDER_ROLLUP', WAITING], ['PARITY_BASE', DONE]),
      options,
    );
    expect(loads).toMatchObject({
      small: { waitingJobs: 2, runningJobs: 0, workSeconds: 20 },
      large: { waitingJobs: 2, runningJobs: 1, workSeconds: 26 },
    });
    expect(Object.keys(loads).toSorted()).toEqual(['large', 'small']);
  });

  it('adds what is to come: leaves evenly until the end, the top tree from the end on', () => {
    const toCome = {
      ofCheckpoints: new Map([[CircuitName.parse('PUBLIC_CHONK_VERIFIER'), 30]]),
      ofTop: new Map([[CircuitName.parse('CHECKPOINT_ROOT_ROLLUP'), 32]]),
    };
    const growing = new StreamedWork('6.0.0', undefined, { toCome, endsInSeconds: 600 });
    const loads = growing.byPool(standings(['PUBLIC_CHONK_VERIFIER', WAITING]), options);

    expect(loads.small).toMatchObject({
      workSeconds: 320,
      waitingSeconds: 20,
      forecast: { arrivingSeconds: 300, burstSeconds: 0 },
    });
    expect(loads.large).toMatchObject({
      usableSlots: 0,
      forecast: { arrivingSeconds: 0, burstSeconds: 320 },
    });
    expect(loads.large?.bands.map(({ fromSeconds }) => fromSeconds)).toEqual([600]);
  });

  it('goes up through as many merges as the jobs imply', () => {
    const toCome = {
      ofCheckpoints: new Map(),
      ofTop: new Map([
        [CircuitName.parse('CHECKPOINT_ROOT_ROLLUP'), 32],
        [CircuitName.parse('ROOT_ROLLUP'), 1],
      ]),
    };
    const ofMany = new StreamedWork('6.0.0', undefined, { toCome, endsInSeconds: 0 });

    // 32 roots: 16, 8, 4 and 2 merges, and the root over two.
    expect(ofMany.aboveSeconds(CircuitName.parse('CHECKPOINT_ROOT_ROLLUP'))).toBeCloseTo(4 * 10.2 + 93);
  });
});
