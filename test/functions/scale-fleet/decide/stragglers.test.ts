import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { DEFAULT_SCALING_POLICY, type WantedCopy } from '../../../../functions/scale-fleet/decide/fleet-state.ts';
import { type RunningJob, wantedCopies } from '../../../../functions/scale-fleet/decide/stragglers.ts';
import { makeRollupId } from '../../../../shared/proving-job/epoch-id.ts';
import { epochIdOf } from '../../../../shared/proving-job/proving-job-id.ts';
import { epochId } from '../../../fixtures/epoch-id.ts';
import { NOW_MS } from './a-fleet-state.ts';
import { aRunningJob, type Running } from '../a-running-job.ts';

const POLICY = { ...DEFAULT_SCALING_POLICY, copyOverrun: 1.5, mostCopies: 2 };

const copiesOf = (...jobs: readonly RunningJob[]): WantedCopy[] => wantedCopies(jobs, POLICY, NOW_MS);
const steps = (change: Running): string[] => copiesOf(aRunningJob(change)).map(({ step }) => step);

describe('second copies', () => {
  it('are requested when a job takes too long and its epoch has no time to lose, and say so', () => {
    const job = aRunningJob();
    expect(copiesOf(job)).toEqual([
      {
        record: job.record,
        step: 'ask',
        reason:
          'epoch 7 gets a second copy of TX_MERGE_ROLLUP, which has been running for 300 s (most take at most 60 s)',
      },
    ]);
  });

  it('name the epoch by its id where the ledger has epochs of two rollups', () => {
    const job = aRunningJob();
    const own = epochIdOf(job.record.id);
    const other = epochId(7, makeRollupId(1, `0x${'bb'.repeat(20)}`));
    expect(wantedCopies([job], POLICY, NOW_MS, [own, other])[0]?.reason).toContain(`epoch ${own} gets a second copy`);
  });

  it.each<[string, Running]>([
    ['while a job takes no longer than some do', { forSeconds: 89 }],
    [
      'while the job could be started again without using the margin of the epoch',
      { deadlineInSeconds: 180 + 60 + 200 + 420 },
    ],
    ['for a job with little above it, when there is time for that', { aboveSeconds: 0, deadlineInSeconds: 700 }],
    ['when the deadline has passed', { deadlineInSeconds: 0 }],
    ['while a copy runs', { stragglerForSeconds: 20 }],
  ])('are not requested %s', (_, change) => {
    expect(steps(change)).toEqual([]);
  });

  it('are requested as soon as the margin would be used', () => {
    expect(steps({ deadlineInSeconds: 180 + 60 + 200 + 420 - 1 })).toEqual(['ask']);
  });

  it('are requested again when the earlier attempt is lost', () => {
    expect(steps({ stragglerForSeconds: -1 })).toEqual(['ask']);
  });

  it('wait for an agent once their message is sent, which is sent again when no agent takes it or it never was', () => {
    expect(steps({ copyAskedSecondsAgo: 60, sentSecondsAgo: 60 })).toEqual(['wait']);
    expect(steps({ copyAskedSecondsAgo: 60, sentSecondsAgo: 61 })).toEqual(['send']);
    expect(steps({ copyAskedSecondsAgo: 120, sentSecondsAgo: 120 })).toEqual(['send']);
  });

  it('are still wanted when a job with a requested copy is no longer urgent', () => {
    expect(steps({ copyAskedSecondsAgo: 10, sentSecondsAgo: 5, deadlineInSeconds: 6000 })).toEqual(['wait']);
  });

  it('are limited in number at a time, and requested first for jobs with the least slack', () => {
    const [late, early, middle] = [350, 250, 300].map((aboveSeconds) => aRunningJob({ aboveSeconds }));
    const asked = copiesOf(late!, early!, middle!).map(({ record }) => record);
    expect(asked).toEqual([late!.record, middle!.record]);
    const copied = aRunningJob({ stragglerForSeconds: 20 });
    const waiting = aRunningJob({ copyAskedSecondsAgo: 10, sentSecondsAgo: 5 });
    expect(copiesOf(late!, copied).map(({ step }) => step)).toEqual(['ask']);
    expect(copiesOf(late!, copied, waiting).map(({ step }) => step)).toEqual(['wait']);
  });
});

const seconds = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });
const jobs = fc.array(
  fc
    .record(
      {
        forSeconds: fc.integer({ min: -100, max: 2000 }),
        p95Seconds: fc.integer({ min: 1, max: 600 }),
        aboveSeconds: seconds(600),
        deadlineInSeconds: fc.integer({ min: -100, max: 3000 }),
        copyAskedSecondsAgo: seconds(300),
        sentSecondsAgo: seconds(600),
        stragglerForSeconds: fc.integer({ min: -100, max: 100 }),
      },
      { requiredKeys: ['forSeconds', 'p95Seconds', 'aboveSeconds', 'deadlineInSeconds'] },
    )
    .map(aRunningJob),
  { maxLength: 12 },
);

describe('second copies, for any running jobs', () => {
  it('are requested once for each job, only when it overran, and never beyond the limit', () => {
    fc.assert(
      fc.property(jobs, seconds(4), (running, mostCopies) => {
        const copies = wantedCopies(running, { ...POLICY, mostCopies }, NOW_MS);
        const asked = copies.filter(({ step }) => step === 'ask').map(({ record }) => record);
        expect(new Set(copies.map(({ record }) => record.id)).size).toBe(copies.length);
        const underWay = running.filter(
          ({ record: { copyAskedAtMs, straggler } }) =>
            copyAskedAtMs !== undefined || (straggler?.expiresAtMs ?? 0) > NOW_MS,
        );
        expect(asked.length).toBeLessThanOrEqual(Math.max(0, mostCopies - underWay.length));
        for (const record of asked) {
          const { p95Seconds } = running.find((job) => job.record === record)!;
          expect((NOW_MS - record.lease!.claimedAtMs) / 1000).toBeGreaterThan(1.5 * p95Seconds);
          expect(underWay.some((job) => job.record === record)).toBe(false);
        }
      }),
    );
  });

  it('do not decrease when all deadlines are nearer, as long as they have not passed', () => {
    fc.assert(
      fc.property(jobs, seconds(3000), (running, nearerSeconds) => {
        const open = running.filter(({ deadlineAtMs }) => deadlineAtMs - nearerSeconds * 1000 > NOW_MS);
        const nearer = open.map((job) => ({ ...job, deadlineAtMs: job.deadlineAtMs - nearerSeconds * 1000 }));
        expect(copiesOf(...nearer).length).toBeGreaterThanOrEqual(copiesOf(...open).length);
      }),
    );
  });
});
