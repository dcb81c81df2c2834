import { expect, it } from 'vitest';

import { BROKER_PARAMS } from '../../../shared/broker-api/broker-methods.ts';
import { circuitOfWireJob, WireJobId } from '../../../shared/broker-api/wire-job-id.ts';

const ID = WireJobId.parse(`12:INBOX_PARITY:${'0a'.repeat(32)}`);

it.each([[[]], [[null]], [[undefined]]])('a filter may be missing: %j', (params) => {
  expect(BROKER_PARAMS.getProvingJob.parse(params)[0]).toBeUndefined();
});

it('a missing parameter in the middle comes as null', () => {
  expect(BROKER_PARAMS.reportProvingJobError.parse([ID, 'failed', null, { allowList: [3] }])).toEqual([
    ID,
    'failed',
    undefined,
    { allowList: [3] },
  ]);
  expect(BROKER_PARAMS.reportProvingJobError.parse([ID, 'failed'])[2]).toBeUndefined();
});

it('leaves alone what a later version adds', () => {
  const filter = { allowList: [], allowNewJobs: false, region: 'eu' };
  expect(BROKER_PARAMS.getProvingJob.parse([filter, 'more'])[0]).toEqual({ allowList: [], allowNewJobs: false });
});

it('an id names its circuit, known or not', () => {
  expect(circuitOfWireJob(ID)).toBe('INBOX_PARITY');
});

it.each([
  '7:PARITY_BASE',
  `007:X:${'a'.repeat(64)}`,
  `9007199254740992:X:${'a'.repeat(64)}`,
  `7:PARITY_BASE:${'A'.repeat(64)}`,
  `7:../x:${'a'.repeat(64)}`,
  `:X:${'a'.repeat(64)}`,
  '',
])('refuses the id %j', (id) => {
  expect(BROKER_PARAMS.getProvingJobStatus.safeParse([id]).success).toBe(false);
});
