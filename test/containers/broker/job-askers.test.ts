import { expect, it } from 'vitest';

import { JobAskers } from '../../../containers/broker/job-askers.ts';
import { ProvingJobId } from '../../../shared/proving-job/proving-job-id.ts';

const JOB = ProvingJobId.parse(`line-6.0.0:7:PARITY_BASE:${'a'.repeat(64)}`);

it('knows whether another client waits for a job that one withdraws', () => {
  const askers = new JobAskers(() => 0);
  askers.asked(JOB, '10.0.0.1');
  askers.asked(JOB, '10.0.0.2');
  expect(askers.withdrew(JOB, '10.0.0.1')).toBe(true);
  expect(askers.withdrew(JOB, '10.0.0.1')).toBe(true);
  expect(askers.withdrew(JOB, '10.0.0.2')).toBe(false);
});

it('takes a client that has not named the job for a while to be gone', () => {
  let atMs = 0;
  const askers = new JobAskers(() => atMs);
  askers.asked(JOB, '10.0.0.1');
  askers.asked(JOB, '10.0.0.2');
  atMs = 60_000;
  askers.asked(JOB, '10.0.0.2');
  atMs = 130_000;
  expect(askers.withdrew(JOB, '10.0.0.2')).toBe(false);
});
