import { afterEach, beforeEach, expect, it } from 'vitest';

import { type EmbeddedHarness, openEmbeddedHarness } from '../../contract/embedded-harness.ts';
import { LocalBroker, recordOf } from './local-broker.ts';

const ALL = { allowList: [] };
const HOUR_MS = 3_600_000;

let harness: EmbeddedHarness;
/** How far the wall clock has been set. */
let setMs: number;
let broker: LocalBroker;
beforeEach(async () => {
  harness = await openEmbeddedHarness();
  setMs = 0;
  const { engine, leaseSeconds } = harness;
  const setHarness = { engine, leaseSeconds, nowMs: () => harness.nowMs() + setMs };
  broker = new LocalBroker(setHarness, engine, { holdMs: 20 });
});
afterEach(async () => {
  await broker.stop();
  await harness.close();
});

it('keeps the lease of an agent that reports, though the clock is set back by an hour', async () => {
  const id = await broker.enqueue();
  const { time } = (await broker.agent('10.0.0.1').ask())!;
  setMs = -HOUR_MS;
  for (let seconds = 0; seconds < 3 * harness.leaseSeconds; seconds += 10) {
    await harness.elapse(10);
    expect(await broker.call('10.0.0.1', 'reportProvingJobProgress', [id, time, ALL])).toBeUndefined();
  }
  // Another agent that asks for a job would be given it.
  expect(await broker.agent('10.0.0.2').ask()).toBeUndefined();
  const { state, lease, attempts } = await recordOf(harness.engine, id);
  expect([state, lease?.agentId, attempts['lost-agent']]).toEqual(['leased', '10.0.0.1-1', 0]);
});

it('gives jobs again to an agent that has failed, a minute after the clock was set back', async () => {
  const id = await broker.enqueue();
  for (let failures = 0; failures < 3; failures += 1) {
    expect((await broker.agent('10.0.0.1').ask())?.job.id).toBe(id);
    await broker.call('10.0.0.1', 'reportProvingJobError', [id, 'no', true, { ...ALL, allowNewJobs: false }]);
    await harness.elapse(20);
  }
  setMs = -HOUR_MS;
  await harness.elapse(60);
  expect((await broker.agent('10.0.0.1').ask())?.job.id).toBe(id);
});
