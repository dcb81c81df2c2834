import { expect, it } from 'vitest';

import { JobAskers } from '../../../containers/broker/job-askers.ts';
import { ProvingJobId } from '../../../shared/proving-job/proving-job-id.ts';

const OTHER = ProvingJobId.parse(`line-6.0.0:7:PARITY_BASE:${'b'.repeat(64)}`);
const JOB = ProvingJobId.parse(`line-6.0.0:7:PARITY_BASE:${'a'.repeat(64)}`);

it('knows whether another client waits for a job that one withdraws', () => {
  const askers = new JobAskers(() => 0);
  askers.asked(JOB, '10.0.0.1');
  askers.asked(JOB, '10.0.0.2');
  expect(askers.withdrew(JOB, '10.0.0.1')).toBe(true);
  expect(askers.withdrew(JOB, '10.0.0.1')).toBe(true);
  expect(askers.withdrew(JOB, '10.0.0.2')).toBe(false);
});

it('counts those that wait at one address, however often they name the job', () => {
  const askers = new JobAskers(() => 0);
  for (let nodes = 0; nodes < 2; nodes++) {
    askers.named(JOB, '10.0.0.1');
    askers.asked(JOB, '10.0.0.1');
    askers.named(JOB, '10.0.0.1');
  }
  // An enqueue that failed comes again.
  askers.asked(JOB, '10.0.0.1');
  askers.failed(JOB, '10.0.0.1');
  expect(askers.withdrew(JOB, '10.0.0.1')).toBe(true);
  expect(askers.withdrew(JOB, '10.0.0.1')).toBe(false);
  expect(askers.withdrew(JOB, '10.0.0.1')).toBe(false);
});

it('forgets jobs that nobody names any more', () => {
  let atMs = 0;
  const askers = new JobAskers(() => atMs);
  askers.asked(JOB, '10.0.0.1');
  askers.forget(JOB);
  // It is proven already when its node asks again, and nothing settles it any more.
  askers.named(JOB, '10.0.0.1');
  atMs = 130_000;
  askers.named(OTHER, '10.0.0.1');
  expect(askers.count).toBe(1);
});

it('takes a client that has not named the job for a while to be gone', () => {
  let atMs = 0;
  const askers = new JobAskers(() => atMs);
  askers.asked(JOB, '10.0.0.1');
  askers.asked(JOB, '10.0.0.2');
  atMs = 60_000;
  askers.named(JOB, '10.0.0.2');
  atMs = 130_000;
  expect(askers.withdrew(JOB, '10.0.0.2')).toBe(false);
});
