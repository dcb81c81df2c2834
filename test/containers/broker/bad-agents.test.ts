import { afterEach, beforeEach, expect, it } from 'vitest';

import { packProof } from '../../../shared/broker-api/inline-payload.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../contract/embedded-harness.ts';
import { V6_TYPES } from '../../fixtures/v6-wire.ts';
import { LocalBroker, recordOf } from './local-broker.ts';

const ALL = { allowList: [] };
const TYPE = V6_TYPES.TX_MERGE_ROLLUP;

let harness: EmbeddedHarness;
let broker: LocalBroker;
beforeEach(async () => {
  harness = await openEmbeddedHarness();
  broker = new LocalBroker(harness, undefined, { holdMs: 20 });
});
afterEach(async () => {
  await broker.stop();
  await harness.close();
});

it.each([
  ['of another circuit', aProof({ type: TYPE + 1, result: 'proof' })],
  ['of nothing', aProof({ type: TYPE, result: null })],
  ['without a result', aProof({ type: TYPE })],
  ['that was cut off', aProof({ type: TYPE, result: 'proof' }).slice(0, -3)],
  ['that is not JSON', aProof('').replace(/,.*/, ',proof')],
])('counts a proof %s as a failure of its agent, and has another agent prove the job', async (_what, proof) => {
  const id = await broker.enqueue();
  await broker.agent('10.0.0.1').ask();
  await broker.call('10.0.0.1', 'reportProvingJobSuccess', [id, proof, ALL]);
  expect(await recordOf(harness.engine, id)).toMatchObject({ state: 'queued', failedBy: { failure: ['10.0.0.1-1'] } });
  await harness.elapse(2);
  expect((await broker.agent('10.0.0.2').ask())?.job.id).toBe(id);
  await broker.call('10.0.0.2', 'reportProvingJobSuccess', [id, aProof({ type: TYPE, result: 'proof' }), ALL]);
  expect(await recordOf(harness.engine, id)).toMatchObject({ state: 'proven', provenBy: '10.0.0.2-1' });
});

it('does not end the attempt of the agent that has a job for an error of one that had it before', async () => {
  const id = await broker.enqueue();
  await broker.agent('10.0.0.1').ask();
  await harness.elapse(harness.leaseSeconds + 1);
  expect((await broker.agent('10.0.0.2').ask())?.job.id).toBe(id);
  await broker.call('10.0.0.1', 'reportProvingJobError', [id, 'killed', true, ALL]);
  const { state, lease, attempts } = await recordOf(harness.engine, id);
  expect([state, lease?.agentId, attempts.failure]).toEqual(['leased', '10.0.0.2-1', 0]);
});

/** What agents report as a proof. */
function aProof(proof: unknown): string {
  return packProof(Buffer.from(JSON.stringify(proof)));
}
