import { expect, it } from 'vitest';

import { findLosses, isNothing, type LossDeps, type SeenJobs } from '../../../../containers/cli/drill/losses.ts';
import { type JobRecord, NO_ATTEMPTS, RangeId } from '../../../../shared/ledger/job-ledger.ts';
import { aNewJob } from '../../../contract/a-new-job.ts';
import { epochId } from '../../../fixtures/epoch-id.ts';

const EPOCH = { id: epochId(7), rangeId: RangeId.parse('0xa1') };
const JOB = aNewJob();

function seen(changes: Partial<JobRecord> | undefined, epoch = EPOCH): SeenJobs {
  const job = { ...JOB, state: 'leased', attempts: NO_ATTEMPTS, ...changes } as JobRecord;
  return { epochs: [epoch], jobs: changes === undefined ? [] : [job] };
}

function lossesOf(before: SeenJobs, after: SeenJobs, others: Partial<LossDeps> = {}): ReturnType<typeof findLosses> {
  return findLosses({ before, after, incidents: [], spared: new Set(), ...others });
}

it('finds nothing lost where jobs went on, or came new', () => {
  expect(isNothing(lossesOf(seen({}), seen({ state: 'proven', settledAtMs: 9 })))).toBe(true);
  expect(isNothing(lossesOf(seen(undefined), seen({ state: 'queued' })))).toBe(true);
});

it.each(['rejected', 'cancelled'] as const)('finds a job that is %s', (state) => {
  expect(lossesOf(seen({}), seen({ state })).jobs).toEqual([JOB.id]);
});

it('finds a job that has gone, or came new and was rejected', () => {
  expect(lossesOf(seen({}), seen(undefined)).jobs).toEqual([JOB.id]);
  expect(lossesOf(seen(undefined), seen({ state: 'rejected' })).jobs).toEqual([JOB.id]);
});

it('finds a job that was proven twice, in the ledger or by what its agent reported', () => {
  const first = seen({ state: 'proven', settledAtMs: 9 });
  expect(lossesOf(first, seen({ state: 'proven', settledAtMs: 12 })).provenTwice).toEqual([JOB.id]);
  const incidents = [{ atMs: 9, kind: 'late-proof' as const, subject: JOB.id, message: 'late' }];
  expect(lossesOf(seen({}), first, { incidents }).provenTwice).toEqual([JOB.id]);
});

it('allows a killed agent one attempt of each job that it held', () => {
  const after = seen({ attempts: { ...NO_ATTEMPTS, 'lost-agent': 2 } });
  expect(lossesOf(seen({}), after, { spared: new Set([JOB.id]) }).attempts).toEqual([
    { jobId: JOB.id, cause: 'lost-agent', count: 1 },
  ]);
});

it('leaves out an epoch whose checkpoints a reorg has replaced', () => {
  const after = seen(undefined, { ...EPOCH, rangeId: RangeId.parse('0xb2') });
  expect(isNothing(lossesOf(seen({}), after))).toBe(true);
});
