import { describe, expect, it } from 'vitest';

import type { JobRecord } from '../../../../shared/ledger/job-ledger.ts';
import { LearnedDurations } from '../../../../shared/merge-tree/progress/learned-durations.ts';
import { speedClassOf } from '../../../../shared/proving-job/speed-class.ts';
import { RecordedEpoch } from '../recorded-epoch.ts';

const VERSION = '4.1.2';
const CATALOGUE_SECONDS = 24.5;

/** Proven jobs that took so many seconds, one after the other. */
function provenIn(seconds: readonly number[], change: Partial<JobRecord> = {}): JobRecord[] {
  const epoch = new RecordedEpoch([{ blocks: [{ publicTxs: 0, privateTxs: 1 }], l1ToL2Messages: 0 }]);
  const { id } = epoch.find('PRIVATE_TX_BASE_ROLLUP');
  epoch.settle(id);
  const proven = epoch.find('PRIVATE_TX_BASE_ROLLUP');
  return seconds.map((took, index) => ({
    ...proven,
    claimedAtMs: 1_000_000 + index * 1000 - took * 1000,
    settledAtMs: 1_000_000 + index * 1000,
    ...change,
  }));
}

function learned(records: readonly JobRecord[]): { mean: number; p95: number } {
  return new LearnedDurations(VERSION, records).secondsOf('PRIVATE_TX_BASE_ROLLUP');
}

describe('LearnedDurations', () => {
  it('begins with the catalogue', () => {
    expect(learned([]).mean).toBeCloseTo(CATALOGUE_SECONDS);
    expect(learned([]).p95).toBeCloseTo(CATALOGUE_SECONDS * 1.3);
  });

  it('moves towards measured times, the newest counting most', () => {
    const some = learned(provenIn(Array(10).fill(50) as number[])).mean;
    const many = learned(provenIn(Array(100).fill(50) as number[])).mean;
    expect(some).toBeGreaterThan(CATALOGUE_SECONDS);
    expect(some).toBeLessThan(50);
    expect(many).toBeCloseTo(50, 0);
    const faster = learned(provenIn([...(Array(60).fill(50) as number[]), ...(Array(60).fill(20) as number[])]));
    expect(faster.mean).toBeLessThan(24);
  });

  it('sees how slow one in twenty is', () => {
    const oneInTen = Array.from({ length: 200 }, (_, index) => (index % 10 === 0 ? 100 : 20));
    expect(learned(provenIn(oneInTen)).p95).toBe(100);
    const oneInFifty = Array.from({ length: 200 }, (_, index) => (index % 50 === 25 ? 100 : 20));
    expect(learned(provenIn(oneInFifty)).p95).toBeLessThan(100);
  });

  it('learns from agents as fast as the last ones, and what the others would have taken at their speed where there are none', () => {
    const ofSpeed = (speed: number, seconds: readonly number[], laterMs: number): JobRecord[] =>
      provenIn(seconds, { speedClass: speedClassOf(speed) }).map((job) => ({
        ...job,
        claimedAtMs: job.claimedAtMs! + laterMs,
        settledAtMs: job.settledAtMs! + laterMs,
      }));
    const slow = ofSpeed(1, Array(200).fill(80) as number[], 0);
    expect(learned(slow).mean).toBeCloseTo(80, 1);
    const fast = ofSpeed(4, Array(200).fill(20) as number[], 1_000_000);
    expect(learned([...slow, ...fast]).mean).toBeCloseTo(20, 1);
    const mixed = [
      ...ofSpeed(1, Array(100).fill(80) as number[], 0),
      ...ofSpeed(4, Array(100).fill(20) as number[], 500),
    ];
    expect(learned(mixed).mean).toBeGreaterThan(40);
    const otherCircuit = ofSpeed(4, Array(20).fill(10) as number[], 1_000_000).map((job) => ({
      ...job,
      circuit: 'PARITY_BASE' as const,
    }));
    expect(learned([...slow, ...otherCircuit]).mean).toBeCloseTo(20, 1);
  });

  it('does not depend on the order of the jobs', () => {
    const records = provenIn([30, 10, 50, 20, 40]);
    expect(learned(records.toReversed())).toEqual(learned(records));
  });

  it('learns nothing from another version, another pool, jobs that are not proven, or clocks that ran backwards', () => {
    const before = learned([]);
    expect(learned(provenIn([500, 500], { networkVersion: '4.1.1' }))).toEqual(before);
    expect(learned(provenIn([500, 500], { pool: 'large' }))).toEqual(before);
    expect(learned(provenIn([500, 500], { state: 'queued' }))).toEqual(before);
    expect(learned(provenIn([-500, -1]))).toEqual(before);
    const inLarge = new LearnedDurations(VERSION, provenIn(Array(200).fill(5) as number[], { pool: 'large' }));
    expect(inLarge.secondsOf('PRIVATE_TX_BASE_ROLLUP', 'large').mean).toBeCloseTo(5, 1);
  });
});
