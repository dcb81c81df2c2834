import { afterEach, beforeEach, expect, it } from 'vitest';

import { type EmbeddedHarness, openEmbeddedHarness } from '../../contract/embedded-harness.ts';
import { ABroker, aProof, TYPE } from './a-broker.ts';

const ALL = { allowList: [] };

let harness: EmbeddedHarness;
let broker: ABroker;
beforeEach(async () => {
  harness = await openEmbeddedHarness();
  broker = new ABroker(harness);
});
afterEach(async () => {
  await broker.close();
  await harness.close();
});

it.each([
  ['of another circuit', aProof({ type: TYPE + 1, result: 'proof' })],
  ['of nothing', aProof({ type: TYPE, result: null })],
  ['without a result', aProof({ type: TYPE })],
  ['that was cut off', aProof({ type: TYPE, result: 'proof' }).slice(0, -3)],
  ['that is no JSON', aProof('').replace(/,.*/, ',proof')],
])('counts a proof %s as a failure of its agent, and has another agent prove the job', async (_what, proof) => {
  const id = await broker.enqueue();
  await broker.take('10.0.0.1');
  await broker.call('10.0.0.1', 'reportProvingJobSuccess', [id, proof, ALL]);
  expect(await broker.record(id)).toMatchObject({ state: 'queued', failedBy: { failure: ['10.0.0.1-1'] } });
  await harness.elapse(2);
  expect((await broker.take('10.0.0.2')).job.id).toBe(id);
  await broker.call('10.0.0.2', 'reportProvingJobSuccess', [id, aProof({ type: TYPE, result: 'proof' }), ALL]);
  expect(await broker.record(id)).toMatchObject({ state: 'proven', provenBy: '10.0.0.2-1' });
});

it('does not end the attempt of the agent that has a job for an error of one that had it before', async () => {
  const id = await broker.enqueue();
  await broker.take('10.0.0.1');
  await harness.elapse(harness.leaseSeconds + 1);
  expect((await broker.take('10.0.0.2')).job.id).toBe(id);
  await broker.call('10.0.0.1', 'reportProvingJobError', [id, 'killed', true, ALL]);
  const { state, lease, attempts } = await broker.record(id);
  expect([state, lease?.agentId, attempts.failure]).toEqual(['leased', '10.0.0.2-1', 0]);
});
