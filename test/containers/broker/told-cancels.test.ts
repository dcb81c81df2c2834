import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ToldCancels } from '../../../containers/broker/told-cancels.ts';
import { ProvingJobId } from '../../../shared/proving-job/proving-job-id.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../contract/embedded-harness.ts';
import { v6Job } from '../../fixtures/v6-wire.ts';
import { LocalBroker } from './local-broker.ts';

const ABORTED = { status: 'rejected', reason: 'Aborted' };

it('tells a client again after a while, and of a further cancel at once', () => {
  let atMs = 0;
  const cancels = new ToldCancels(() => atMs);
  const job = { id: ProvingJobId.parse(`line-6.0.0:7:PARITY_BASE:${'a'.repeat(64)}`), settledAtMs: 1 };
  cancels.tell(job, 'node');
  expect([cancels.wasJustTold(job, 'node'), cancels.wasJustTold(job, 'other')]).toEqual([true, false]);
  expect(cancels.wasJustTold({ ...job, settledAtMs: 2 }, 'node')).toBe(false);
  atMs = 10_000;
  expect([cancels.wasJustTold(job, 'node'), cancels.knows(job, 'node')]).toEqual([false, true]);
  atMs = 3_600_000;
  cancels.tell({ ...job, id: ProvingJobId.parse(`line-6.0.0:7:PARITY_BASE:${'b'.repeat(64)}`) }, 'node');
  expect(cancels.knows(job, 'node')).toBe(false);
});

describe('a job that its node has cancelled', () => {
  let harness: EmbeddedHarness;
  let broker: LocalBroker;
  const job = v6Job(7, 'TX_MERGE_ROLLUP', 'inputs of a pruned block');
  beforeEach(async () => {
    harness = await openEmbeddedHarness();
    broker = new LocalBroker(harness, harness.engine, { holdMs: 20 });
    await broker.call('node', 'enqueueProvingJob', [job]);
    await broker.call('node', 'cancelProvingJob', [job.id]);
  });
  afterEach(async () => {
    await broker.stop();
    await harness.close();
  });

  const statusFor = (client: string): Promise<unknown> => broker.call(client, 'getProvingJobStatus', [job.id]);
  const completedFor = (client: string, ids: readonly string[] = []): Promise<unknown> =>
    broker.call(client, 'getCompletedJobs', [ids]);

  it('is cancelled for each client once: one that asks again has begun anew', async () => {
    await expect.poll(() => completedFor('node')).toEqual([job.id]);
    expect(await statusFor('node')).toEqual(ABORTED);
    expect(await completedFor('node')).toEqual([]);
    expect(await completedFor('node', [job.id])).toEqual([]);
    expect(await statusFor('node')).toEqual({ status: 'in-queue' });
    expect(await completedFor('other', [job.id])).toEqual([job.id]);
    expect(await statusFor('other')).toEqual(ABORTED);
  });

  it('is a job like any other once it is asked for again', async () => {
    expect(await statusFor('node')).toEqual(ABORTED);
    expect(await broker.call('node', 'enqueueProvingJob', [job])).toEqual({ status: 'in-queue' });
    await broker.call('node', 'cancelProvingJob', [job.id]);
    expect(await statusFor('node')).toEqual(ABORTED);
    await broker.call('node', 'enqueueProvingJob', [job]);
    const agent = broker.agent('10.0.0.1');
    let lease = await agent.ask();
    while (lease === undefined) lease = await agent.ask();
    await agent.succeed(lease);
    expect(await completedFor('node')).toContain(job.id);
    expect(await statusFor('node')).toMatchObject({ status: 'fulfilled' });
  });
});
