import { describe, expect, it } from 'vitest';

import { Chance } from '../../../../shared/merge-tree/prediction/chance.ts';
import { drawRest, UsualTimes, usualRest } from '../../../../shared/merge-tree/prediction/usual-times.ts';
import type { TimedJob } from '../../../../shared/merge-tree/progress/timed-jobs.ts';
import { speedClassOf } from '../../../../shared/proving-job/speed-class.ts';
import { timedJobs, VERSION } from './a-prediction.ts';

const CATALOGUE_SECONDS_OF_ROOT = 93;

describe('the usual times of circuits', () => {
  it('are those of the newest jobs of the version', () => {
    const old = Array<number>(100).fill(500);
    const times = new UsualTimes(VERSION, [
      ...timedJobs('PARITY_BASE', ...old, ...Array<number>(16).fill(20)),
      ...timedJobs('PARITY_BASE', 7).map((job) => ({ ...job, networkVersion: '5.2.0' })),
    ]);
    expect(times.of('PARITY_BASE', 'medium')).toMatchObject({ meanSeconds: 20 });
    expect(times.of('PARITY_BASE', 'large')).toMatchObject({ meanSeconds: 20 });
  });

  it('of a circuit that was never measured, keep the speed of the others beside the catalogue', () => {
    expect(new UsualTimes(VERSION, []).of('ROOT_ROLLUP', 'large').meanSeconds).toBe(CATALOGUE_SECONDS_OF_ROOT);
    const simulated = new UsualTimes(VERSION, [
      ...timedJobs('PARITY_BASE', 0.169),
      ...timedJobs('PARITY_ROOT', 0.186),
      ...timedJobs('PUBLIC_VM', 1.8),
    ]);
    expect(simulated.of('ROOT_ROLLUP', 'large').meanSeconds).toBeCloseTo(CATALOGUE_SECONDS_OF_ROOT / 100);
  });

  it('are those of agents that are as fast as the ones that will prove', () => {
    const ofSpeed = (speed: number, ...seconds: number[]): readonly TimedJob[] =>
      timedJobs('PARITY_BASE', ...seconds).map((job) => ({ ...job, speedClass: speedClassOf(speed) }));
    const jobs = [...ofSpeed(4, 10), ...ofSpeed(1, 50, 50)];
    const meanAt = (...speeds: number[]): number =>
      new UsualTimes(VERSION, jobs, () => speeds.map(speedClassOf)).of('PARITY_BASE', 'medium').meanSeconds;
    expect(meanAt(4)).toBe(10);
    expect(meanAt(1)).toBe(50);
    expect(meanAt(1, 4)).toBeCloseTo((10 + 50 + 50) / 3);
    // Nobody says how fast they are: as those of the newest jobs.
    expect(meanAt()).toBeCloseTo((10 + 50 + 50) / 3);
    // None was as fast: what the others would have taken.
    expect(meanAt(2)).toBeCloseTo((20 + 25 + 25) / 3);
  });

  it('of a circuit that was never measured, are those of Aztec’s circuits on a machine of that speed', () => {
    const times = new UsualTimes(VERSION, [], () => [speedClassOf(1)]);
    expect(times.of('ROOT_ROLLUP', 'large').meanSeconds).toBe(351.4);
    const slower = new UsualTimes(VERSION, timedJobs('PARITY_BASE', 109.4), () => [speedClassOf(1)]);
    expect(slower.of('ROOT_ROLLUP', 'large').meanSeconds).toBeCloseTo(2 * 351.4);
  });

  it('are in less doubt the more jobs they are known from', () => {
    const doubtOf = (jobs: number): number =>
      new UsualTimes(VERSION, timedJobs('PARITY_BASE', ...Array<number>(jobs).fill(10))).of('PARITY_BASE', 'medium')
        .doubt;
    expect(doubtOf(0)).toBeGreaterThan(doubtOf(1));
    expect(doubtOf(1)).toBeGreaterThan(doubtOf(9));
  });

  it('leave a job that has outlasted them a rest in proportion to what it has taken', () => {
    const time = new UsualTimes(VERSION, timedJobs('ROOT_ROLLUP', 2, 2, 3)).of('ROOT_ROLLUP', 'large');
    expect(usualRest(time, 1)).toBeCloseTo(7 / 3 - 1);
    expect(usualRest(time, 2.5)).toBeCloseTo(0.5);
    expect(usualRest(time, 60)).toBeGreaterThan(10);
    const chance = new Chance(1);
    const rests = Array.from({ length: 999 }, () => drawRest(time, 60, 1, chance)).sort((a, b) => a - b);
    expect(rests[0]).toBeGreaterThanOrEqual(0);
    expect(rests[499]).toBeGreaterThan(10);
    expect(rests[899]).toBeGreaterThan(60);
  });

  it('leave a job that is within them what the longer ones took', () => {
    const time = new UsualTimes(VERSION, timedJobs('ROOT_ROLLUP', 10, 20, 100)).of('ROOT_ROLLUP', 'large');
    const chance = new Chance(1);
    const rests = new Set(Array.from({ length: 99 }, () => drawRest(time, 15, 1, chance)));
    // One that took far longer than the others counts as three times the median.
    expect(rests).toEqual(new Set([5, 45]));
  });
});
