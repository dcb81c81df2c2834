import { tallyOf } from '../../../../shared/ledger/job-tally.ts';
import { describe, expect, it } from 'vitest';

import { RangeId } from '../../../../shared/ledger/job-ledger.ts';
import { circuitStandings } from '../../../../shared/merge-tree/progress/circuit-standings.ts';
import { expectedTree } from '../../../../shared/merge-tree/expected/tree-of-shape.ts';
import { type PoolLoad, type PoolSlots, WorkLeft } from '../../../../shared/merge-tree/progress/work-left.ts';
import type { Pool } from '../../../../shared/proving-job/circuit-family.ts';
import { CIRCUIT_CATALOGUE, circuitOf, type NativeCircuit } from '../../../../shared/proving-job/circuit-catalogue.ts';
import { randomShape } from '../random-shape.ts';
import { RANGE, RecordedEpoch } from '../recorded-epoch.ts';
import { SeededRandom } from '../seeded-random.ts';

const START_UP_SECONDS = 60;
const secondsOf = (circuit: NativeCircuit): { mean: number; p95: number } => {
  const { expectedSeconds } = CIRCUIT_CATALOGUE[circuit];
  return { mean: expectedSeconds, p95: 2 * expectedSeconds };
};
const slotsOf = (): PoolSlots => ({ slots: 1, startUpSeconds: START_UP_SECONDS });

function loadsOf(epoch: RecordedEpoch, work: WorkLeft): Partial<Record<Pool, PoolLoad>> {
  const standings = circuitStandings(tallyOf(epoch.records, RANGE), '4.1.2', epoch.nowMs);
  return work.byPool(standings, { secondsOf, slotsOf });
}

function totalSeconds(loads: Partial<Record<Pool, PoolLoad>>): number {
  return Object.values(loads).reduce((sum, { workSeconds }) => sum + workSeconds, 0);
}

describe('WorkLeft', () => {
  it('is the whole tree before anything was asked for, and the leaves can be used', () => {
    const tree = expectedTree([{ blocks: [{ publicTxs: 1, privateTxs: 0 }], l1ToL2Messages: 0 }]);
    const loads = new WorkLeft(tree).byPool(new Map(), { secondsOf, slotsOf });
    expect(loads.large?.workSeconds).toBeCloseTo(180 + 47 + 73.1 + 93);
    expect(loads.large).toMatchObject({ runningJobs: 0, waitingJobs: 0, waitingSeconds: 0, longestSeconds: 360 });
    expect(loads.large?.usableSlots).toBe(1);
    // The chonk verifier, and one parity base and root: all parity bases are one job without messages.
    expect(loads.medium?.workSeconds).toBeCloseTo(16.4 + 16.9 + 18.6);
  });

  it('has nothing to use before an epoch that still grows is about to end', () => {
    const work = new WorkLeft(expectedTree([{ blocks: [{ publicTxs: 0, privateTxs: 3 }], l1ToL2Messages: 0 }]));
    const usableWhen = (startsInSeconds: number): number | undefined =>
      work.byPool(new Map(), { secondsOf, slotsOf, startsInSeconds }).medium?.usableSlots;
    expect(usableWhen(START_UP_SECONDS + 1)).toBe(0);
    expect(usableWhen(START_UP_SECONDS)).toBeGreaterThan(1);
  });

  it('falls by each job that is proven, to nothing when the root is', () => {
    const random = new SeededRandom(11);
    for (let round = 0; round < 10; round += 1) {
      const shape = randomShape(random, { checkpoints: 4, blocks: 3, txsOfAKind: 3 });
      const epoch = new RecordedEpoch(shape, new SeededRandom(round));
      const work = new WorkLeft(expectedTree(shape));
      let before = totalSeconds(loadsOf(epoch, work));
      epoch.proveAll(({ circuit }) => {
        const now = totalSeconds(loadsOf(epoch, work));
        expect(now).toBeLessThanOrEqual(before + 1e-6);
        before = now;
        expect(now).toBeGreaterThan(circuitOf(circuit, '4.1.2').expectedSeconds - 1e-6);
        return false;
      });
      expect(loadsOf(epoch, work)).toEqual({});
    }
  });

  it('counts the rest of a running job, and a tenth of its time when it exceeds that', () => {
    const shape = [{ blocks: [{ publicTxs: 0, privateTxs: 1 }], l1ToL2Messages: 0 }];
    const epoch = new RecordedEpoch(shape);
    const work = new WorkLeft(expectedTree(shape));
    const whole = loadsOf(epoch, work).medium?.workSeconds as number;
    epoch.claim(epoch.find('PRIVATE_TX_BASE_ROLLUP').id);
    epoch.nowMs += 20_000;
    expect(loadsOf(epoch, work).medium?.workSeconds).toBeCloseTo(whole - 20);
    epoch.nowMs += 20_000;
    expect(loadsOf(epoch, work).medium?.workSeconds).toBeCloseTo(whole - 24.5 * 0.9);
  });

  it('takes a job whose agent was lost as one that waits, and one of another range as not asked for', () => {
    const shape = [{ blocks: [{ publicTxs: 0, privateTxs: 1 }], l1ToL2Messages: 0 }];
    const epoch = new RecordedEpoch(shape);
    const work = new WorkLeft(expectedTree(shape));
    const { id } = epoch.find('PRIVATE_TX_BASE_ROLLUP');
    epoch.claim(id, 1000);
    expect(loadsOf(epoch, work).medium).toMatchObject({ runningJobs: 1 });
    epoch.nowMs += 1000;
    expect(loadsOf(epoch, work).medium).toMatchObject({ runningJobs: 0, waitingJobs: 2 });
    epoch.change(id, { rangeId: RangeId.parse('another') });
    expect(loadsOf(epoch, work).medium).toMatchObject({ runningJobs: 0, waitingJobs: 1 });
  });

  it('counts a job that was moved to a larger pool there, with the time it takes there', () => {
    const shape = [{ blocks: [{ publicTxs: 0, privateTxs: 1 }], l1ToL2Messages: 0 }];
    const epoch = new RecordedEpoch(shape);
    const work = new WorkLeft(expectedTree(shape));
    const before = loadsOf(epoch, work);
    const { id } = epoch.find('PRIVATE_TX_BASE_ROLLUP');
    epoch.change(id, { pool: 'large' });
    const standings = circuitStandings(tallyOf(epoch.records, RANGE), '4.1.2', epoch.nowMs);
    const moved = work.byPool(standings, {
      secondsOf: (circuit, pool) =>
        circuit === 'PRIVATE_TX_BASE_ROLLUP' && pool === 'large' ? { mean: 10, p95: 300 } : secondsOf(circuit),
      slotsOf,
    });
    expect(moved.medium).toMatchObject({ waitingJobs: before.medium!.waitingJobs - 1, runningJobs: 0 });
    expect(moved.medium?.workSeconds).toBeCloseTo(before.medium!.workSeconds - 24.5);
    expect(moved.large).toMatchObject({ waitingJobs: 1, waitingSeconds: 10, longestSeconds: 300 });
    expect(moved.large?.workSeconds).toBeCloseTo(before.large!.workSeconds + 10);
    epoch.claim(id);
    epoch.nowMs += 4_000;
    expect(loadsOf(epoch, work).large).toMatchObject({ waitingJobs: 0, runningJobs: 1 });
    expect(loadsOf(epoch, work).large?.workSeconds).toBeCloseTo(before.large!.workSeconds + 20.5);
    epoch.change(id, { state: 'proven' });
    expect(loadsOf(epoch, work).large).toEqual(before.large);
  });

  it('sees a pool needed again before its first job is there', () => {
    const shape = [{ blocks: [{ publicTxs: 0, privateTxs: 1 }], l1ToL2Messages: 0 }];
    const epoch = new RecordedEpoch(shape);
    const work = new WorkLeft(expectedTree(shape));
    epoch.proveAll(({ circuit }) => circuit === 'BLOCK_ROOT_SINGLE_TX_FIRST_ROLLUP');
    epoch.claim(epoch.find('BLOCK_ROOT_SINGLE_TX_FIRST_ROLLUP').id);
    expect(loadsOf(epoch, work).large?.usableSlots).toBe(1);
  });

  it('expects nothing from jobs that wait for a pool without agents', () => {
    const shape = [{ blocks: [{ publicTxs: 0, privateTxs: 1 }], l1ToL2Messages: 0 }];
    const epoch = new RecordedEpoch(shape);
    const standings = circuitStandings(tallyOf(epoch.records, RANGE), '4.1.2', epoch.nowMs);
    const loads = new WorkLeft(expectedTree(shape)).byPool(standings, {
      secondsOf,
      slotsOf: () => ({ slots: 0, startUpSeconds: START_UP_SECONDS }),
    });
    expect(loads.large?.usableSlots).toBe(0);
    expect(loads.medium?.usableSlots).toBeCloseTo(24.5 / 60 + 16.9 / 60);
  });

  it('gives the longest chain that must follow the work of each circuit', () => {
    const tree = expectedTree([
      { blocks: [{ publicTxs: 1, privateTxs: 2 }], l1ToL2Messages: 0 },
      { blocks: [{ publicTxs: 0, privateTxs: 0 }], l1ToL2Messages: 0 },
    ]);
    const { large, small } = new WorkLeft(tree).byPool(new Map(), { secondsOf, slotsOf });
    // Three transactions: the public one is merged with another, then both with the third in the block root.
    const aboveBase = 10 + 17.4 + 73.1 + 93;
    expect(large?.bands).toHaveLength(4);
    expect(large?.bands).toContainEqual({ workSeconds: 180, aboveSeconds: 47 + aboveBase });
    expect(large?.bands).toContainEqual({ workSeconds: 47, aboveSeconds: aboveBase });
    expect(large?.bands).toContainEqual({ workSeconds: 2 * 73.1, aboveSeconds: 93 });
    expect(large?.bands).toContainEqual({ workSeconds: 93, aboveSeconds: 0 });
    expect(small?.bands.reduce((sum, { workSeconds }) => sum + workSeconds, 0)).toBeCloseTo(
      small?.workSeconds as number,
    );
  });
});
