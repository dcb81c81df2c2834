import { describe, expect, it } from 'vitest';

import { type JobRecord, RangeId } from '../../../../shared/ledger/job-ledger.ts';
import { tallyOf } from '../../../../shared/ledger/job-tally.ts';
import type { CheckpointShape } from '../../../../shared/proving-job/checkpoint-shape.ts';
import { circuitStandings } from '../../../../shared/merge-tree/progress/circuit-standings.ts';
import { CriticalPath, type PathLeft } from '../../../../shared/merge-tree/progress/critical-path.ts';
import { placesFromRoot } from '../../../../shared/merge-tree/expected/tree-places.ts';
import { expectedTree } from '../../../../shared/merge-tree/expected/tree-of-shape.ts';
import {
  CIRCUIT_CATALOGUE,
  type CircuitName,
  type NativeCircuit,
} from '../../../../shared/proving-job/circuit-catalogue.ts';
import type { ProvingJobId } from '../../../../shared/proving-job/proving-job-id.ts';
import { randomShape } from '../random-shape.ts';
import { LEASE_MS, RANGE, RecordedEpoch } from '../recorded-epoch.ts';
import { SeededRandom } from '../seeded-random.ts';

/** Aztec's delays to the millisecond (`@aztec/bb-prover` 4.1.2, `src/test/delay_values.ts`) of the circuits in the examples. */
const AZTEC_SECONDS: Partial<Record<NativeCircuit, number>> = {
  PUBLIC_VM: 180,
  PUBLIC_CHONK_VERIFIER: 16.36,
  PRIVATE_TX_BASE_ROLLUP: 24.5,
  PUBLIC_TX_BASE_ROLLUP: 47,
  TX_MERGE_ROLLUP: 10.025,
  BLOCK_ROOT_FIRST_ROLLUP: 17.445,
  CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP: 73.1,
  CHECKPOINT_MERGE_ROLLUP: 10.23,
  ROOT_ROLLUP: 93.035,
  PARITY_BASE: 16.9,
  PARITY_ROOT: 18.64,
};
const aztecSeconds = (circuit: CircuitName): number => AZTEC_SECONDS[circuit as NativeCircuit] ?? NaN;

/** 32 checkpoints of one block of eight transactions. */
function fullEpoch(block: { publicTxs: number; privateTxs: number }): CheckpointShape[] {
  return Array.from({ length: 32 }, () => ({ blocks: [block], l1ToL2Messages: 0 }));
}

function leftOf(path: CriticalPath, epoch: RecordedEpoch, rangeId = RANGE): PathLeft {
  return path.left(circuitStandings(tallyOf(epoch.records, rangeId), '4.1.2', epoch.nowMs));
}

describe('CriticalPath', () => {
  it('takes 471.6 s for 32 checkpoints of 8 public transactions', () => {
    const { seconds, circuits } = new CriticalPath(
      expectedTree(fullEpoch({ publicTxs: 8, privateTxs: 0 })),
      aztecSeconds,
    ).full;
    expect(seconds).toBeCloseTo(471.55, 6);
    expect(circuits).toEqual([
      'PUBLIC_VM',
      'PUBLIC_TX_BASE_ROLLUP',
      'TX_MERGE_ROLLUP',
      'TX_MERGE_ROLLUP',
      'BLOCK_ROOT_FIRST_ROLLUP',
      'CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP',
      'CHECKPOINT_MERGE_ROLLUP',
      'CHECKPOINT_MERGE_ROLLUP',
      'CHECKPOINT_MERGE_ROLLUP',
      'CHECKPOINT_MERGE_ROLLUP',
      'ROOT_ROLLUP',
    ]);
  });

  it.each([
    { block: { publicTxs: 0, privateTxs: 8 }, seconds: 269.05 },
    { block: { publicTxs: 4, privateTxs: 4 }, seconds: 471.55 },
  ])('takes $seconds s for 32 checkpoints of $block', ({ block, seconds }) => {
    expect(new CriticalPath(expectedTree(fullEpoch(block)), aztecSeconds).full.seconds).toBeCloseTo(seconds, 6);
  });

  it('uses the seconds of the catalogue unless others are given', () => {
    const shape = [{ blocks: [{ publicTxs: 0, privateTxs: 0 }], l1ToL2Messages: 0 }];
    const circuits = [
      'PARITY_BASE',
      'PARITY_ROOT',
      'BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP',
      'CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP',
      'ROOT_ROLLUP',
    ] as const;
    const { full } = new CriticalPath(expectedTree(shape));
    expect(full.circuits).toEqual(circuits);
    expect(full.seconds).toBeCloseTo(
      circuits.reduce((sum, circuit) => sum + CIRCUIT_CATALOGUE[circuit].expectedSeconds, 0),
      6,
    );
  });

  describe('of an epoch with one public transaction', () => {
    const SHAPE = [{ blocks: [{ publicTxs: 1, privateTxs: 0 }], l1ToL2Messages: 0 }];
    const SECONDS: Partial<Record<NativeCircuit, number>> = {
      PUBLIC_VM: 100,
      PUBLIC_CHONK_VERIFIER: 10,
      PUBLIC_TX_BASE_ROLLUP: 20,
      PARITY_BASE: 5,
      PARITY_ROOT: 15,
      BLOCK_ROOT_SINGLE_TX_FIRST_ROLLUP: 30,
      CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP: 40,
      CHECKPOINT_PADDING_ROLLUP: 1,
      ROOT_ROLLUP: 50,
    };
    const path = new CriticalPath(expectedTree(SHAPE), (circuit) => SECONDS[circuit] ?? NaN);
    const left = (epoch: RecordedEpoch): number => leftOf(path, epoch).seconds;

    it('is all left while nothing runs', () => {
      expect(left(new RecordedEpoch(SHAPE))).toBe(240);
    });

    it('subtracts the running time of a job, up to its expected time', () => {
      const epoch = new RecordedEpoch(SHAPE);
      epoch.claim(epoch.find('PUBLIC_VM').id);
      epoch.nowMs += 60_000;
      expect(left(epoch)).toBe(180);
      // Only the chonk verifier (10) and parity (5 + 15) are before the base (20) and the block root now.
      epoch.nowMs += 45_000;
      expect(left(epoch)).toBe(150);
    });

    it('counts a job in full again when its lease has ended', () => {
      const epoch = new RecordedEpoch(SHAPE);
      epoch.claim(epoch.find('PUBLIC_VM').id);
      epoch.nowMs += LEASE_MS;
      expect(left(epoch)).toBe(240);
    });

    it.each(['rejected', 'cancelled'] as const)('counts a %s job in full', (state) => {
      const epoch = new RecordedEpoch(SHAPE);
      epoch.change(epoch.find('PUBLIC_VM').id, { state });
      expect(left(epoch)).toBe(240);
    });

    it('goes over to the next longest chain', () => {
      const epoch = new RecordedEpoch(SHAPE);
      epoch.settle(epoch.find('PUBLIC_VM').id);
      expect(left(epoch)).toBe(150);
      epoch.settle(epoch.find('PUBLIC_CHONK_VERIFIER').id);
      // The base is asked for; parity takes as long.
      expect(left(epoch)).toBe(140);
      epoch.settle(epoch.find('PUBLIC_TX_BASE_ROLLUP').id);
      expect(left(epoch)).toBe(140);
      epoch.settle(epoch.find('PARITY_BASE').id);
      expect(left(epoch)).toBe(135);
    });

    it('is over when the root is proven', () => {
      const epoch = new RecordedEpoch(SHAPE);
      epoch.proveAll();
      expect(leftOf(path, epoch)).toEqual({ seconds: 0, circuits: [] });
    });

    it('takes nothing from records of another range', () => {
      const epoch = new RecordedEpoch(SHAPE);
      epoch.proveAll();
      expect(leftOf(path, epoch, RangeId.parse('another'))).toEqual(path.full);
    });

    it('is found by circuit where edges are missing', () => {
      const epoch = new RecordedEpoch(SHAPE);
      epoch.proveAll(({ circuit }) => circuit === 'CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP');
      for (const { id } of epoch.records) epoch.change(id, { children: [] });
      expect(left(epoch)).toBe(90);
    });

    it('is not longer for a job that must be proven again after its parent has used its proof', () => {
      const epoch = new RecordedEpoch(SHAPE);
      epoch.proveAll(({ circuit }) => circuit === 'ROOT_ROLLUP');
      epoch.change(epoch.find('PUBLIC_VM').id, { state: 'queued' });
      expect(left(epoch)).toBe(50);
    });
  });

  it('gets shorter as fewer merges are left than the longest way has', () => {
    const shape = { leaves: 16, leaf: 'CANARY_LEAF', merge: 'CANARY_MERGE', root: 'CANARY_ROOT' } as const;
    const path = new CriticalPath(expectedTree(shape), () => 1);
    const mergesOnPath = (proven: number): number =>
      path.left(
        new Map([
          ['CANARY_LEAF', { proven: 16, waiting: 0, runningForSeconds: [] }],
          ['CANARY_MERGE', { proven, waiting: 0, runningForSeconds: [] }],
        ]),
      ).circuits.length - 1;
    // The root merges the last two of 14 merges: the way of a leaf leads through three.
    expect([0, 11, 12, 13, 14].map(mergesOnPath)).toEqual([3, 3, 2, 1, 0]);
  });

  it('has as many places for 100,000 jobs as for 1,000', () => {
    const blocksOf = (publicTxs: number): CheckpointShape => ({
      blocks: Array.from({ length: 8 }, () => ({ publicTxs, privateTxs: 0 })),
      l1ToL2Messages: 0,
    });
    const placesOf = (checkpoints: number, publicTxs: number): number =>
      placesFromRoot(expectedTree(Array.from({ length: checkpoints }, () => blocksOf(publicTxs)))).length;
    expect(placesOf(32, 64)).toBeLessThan(2 * placesOf(8, 4));
  });

  it('starts at the full path, never grows as jobs are asked for and settled, is never less than the truth, and ends at 0', () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const shape = randomShape(new SeededRandom(seed), { checkpoints: 6, blocks: 3, txsOfAKind: 3 });
      const random = new SeededRandom(seed + 1000);
      const seconds = new Map(Object.keys(CIRCUIT_CATALOGUE).map((circuit) => [circuit, random.between(0, 20)]));
      const secondsOf = (circuit: CircuitName): number => seconds.get(circuit) ?? NaN;
      const path = new CriticalPath(expectedTree(shape), secondsOf);
      const truth = secondsToRoot(shape, seed, secondsOf);
      const epoch = new RecordedEpoch(shape, new SeededRandom(seed));

      const left = (): number => leftOf(path, epoch).seconds;
      let before = left();
      expect(before, `seed ${seed}`).toBe(path.full.seconds);
      while (epoch.in('proven').length < truth.size) {
        const queued = epoch.in('queued');
        const leased = epoch.in('leased');
        if (leased.length === 0 || (queued.length > 0 && random.below(2) === 0))
          epoch.claim(random.pick(queued).id, 1e9);
        else epoch.settle(random.pick(leased).id);
        epoch.nowMs += random.below(2_000);
        const now = left();
        expect(now, `seed ${seed}`).toBeLessThanOrEqual(before);
        expect(now, `seed ${seed}`).toBeGreaterThanOrEqual(trulyLeft(epoch, truth, secondsOf));
        before = now;
      }
      expect(before, `seed ${seed}`).toBe(0);
    }
  });
});

/** For every job of the epoch, known or not yet: seconds from its claim to the root's proof, on the longest way. */
function secondsToRoot(
  shape: readonly CheckpointShape[],
  seed: number,
  secondsOf: (circuit: CircuitName) => number,
): ReadonlyMap<ProvingJobId, number> {
  const epoch = new RecordedEpoch(shape, new SeededRandom(seed));
  epoch.proveAll();
  const parents = (id: ProvingJobId): readonly JobRecord[] =>
    epoch.records.filter(({ children }) => children.includes(id));
  const known = new Map<ProvingJobId, number>();
  const toRoot = (record: JobRecord): number => {
    const seconds = known.get(record.id) ?? secondsOf(record.circuit) + Math.max(0, ...parents(record.id).map(toRoot));
    known.set(record.id, seconds);
    return seconds;
  };
  epoch.records.forEach(toRoot);
  return known;
}

function trulyLeft(
  epoch: RecordedEpoch,
  secondsOfJob: ReadonlyMap<ProvingJobId, number>,
  secondsOf: (circuit: CircuitName) => number,
): number {
  const records = new Map(epoch.records.map((record) => [record.id, record]));
  const left = [...secondsOfJob].map(([id, toRoot]) => {
    const record = records.get(id);
    if (record?.state === 'proven') return 0;
    if (record?.lease === undefined) return toRoot;
    const elapsed = (epoch.nowMs - record.lease.claimedAtMs) / 1000;
    return toRoot - Math.min(secondsOf(record.circuit), elapsed);
  });
  return Math.max(...left) - 1e-9;
}
