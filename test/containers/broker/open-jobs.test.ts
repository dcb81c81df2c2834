import { expect, it } from 'vitest';

import { OpenJobs } from '../../../containers/broker/open-jobs.ts';
import { makeProvingJobId, sha256Of } from '../../../shared/proving-job/proving-job-id.ts';
import { epochId } from '../../fixtures/epoch-id.ts';

const EPOCH = epochId(7);
const id = makeProvingJobId(EPOCH, 'PARITY_BASE', sha256Of(Buffer.from('inputs')));

it('reads the open jobs of an epoch once for all calls of some seconds, and again where that failed', async () => {
  let nowMs = 1_000_000;
  let reads = 0;
  const openJobs = async () => {
    reads += 1;
    if (reads === 1) throw new Error('out of reach');
    return [{ id, corruptInputs: 0 }];
  };
  const open = new OpenJobs({ engine: { jobs: { openJobs } }, nowMs: () => nowMs });
  await expect(open.of(EPOCH)).rejects.toThrow('out of reach');
  const calls = await Promise.all(Array.from({ length: 100 }, () => open.of(EPOCH)));
  expect(calls.every((jobs) => jobs.has(id))).toBe(true);
  expect(reads).toBe(2);
  for (const laterMs of [5_000, -3_600_000]) {
    nowMs += laterMs;
    await open.of(EPOCH);
  }
  expect(reads).toBe(4);
});
