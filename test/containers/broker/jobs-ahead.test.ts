import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { WireLease } from '../../../shared/broker-api/wire-types.ts';
import { NO_ATTEMPTS } from '../../../shared/ledger/job-ledger.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../contract/embedded-harness.ts';
import { V6_TYPES } from '../../fixtures/v6-wire.ts';
import { LocalBroker, type LocalAgent, recordOf, watched } from './local-broker.ts';

describe('a job that is claimed for an agent that is still at work', () => {
  let harness: EmbeddedHarness;
  let broker: LocalBroker;
  let agent: LocalAgent;
  let reads: number;
  beforeEach(async () => {
    harness = await openEmbeddedHarness();
    reads = 0;
    start();
  });
  afterEach(async () => {
    await broker.stop();
    await harness.close();
  });

  function start(options?: ConstructorParameters<typeof LocalBroker>[2]): void {
    broker = new LocalBroker(
      harness,
      watched(harness.engine, 'proofs', 'get', () => (reads += 1)),
      options,
    );
    agent = broker.agent('10.0.0.1');
  }

  /** The agent proves one job, so that the broker knows how long that takes, and gets another. */
  async function beginSecond(): Promise<WireLease> {
    await broker.enqueue('TX_MERGE_ROLLUP');
    const first = (await agent.ask())!;
    await broker.enqueue('TX_MERGE_ROLLUP');
    return (await agent.succeed(first))!;
  }

  /** The same, and a third job is claimed early. */
  async function beginSecondAndKeepThird(): Promise<{ readonly second: WireLease; readonly third: string }> {
    await broker.enqueue('TX_MERGE_ROLLUP');
    const first = (await agent.ask())!;
    await broker.enqueue('TX_MERGE_ROLLUP');
    const third = await broker.enqueue('TX_MERGE_ROLLUP');
    const second = (await agent.succeed(first))!;
    await expect.poll(() => reads, { interval: 5 }).toBe(3);
    return { second, third };
  }

  it('comes with the answer to its success, and was read before', async () => {
    const { second, third } = await beginSecondAndKeepThird();
    expect((await agent.succeed(second))?.job.id).toBe(third);
    expect(reads).toBe(3);
    const record = await recordOf(harness.engine, third);
    expect(record).toMatchObject({ state: 'leased', lease: { agentId: '10.0.0.1-1' }, attempts: NO_ATTEMPTS });
  });

  it('is nobody’s by the ledger, and goes to an agent that asks meanwhile', async () => {
    const { third } = await beginSecondAndKeepThird();
    expect(await recordOf(harness.engine, third)).toMatchObject({ state: 'queued', attempts: NO_ATTEMPTS });
    expect((await broker.agent('10.0.0.2').ask())?.job.id).toBe(third);
  });

  it('is not claimed for it while an idle agent waits', async () => {
    await beginSecond();
    const idle = broker.agent('10.0.0.2').ask();
    await expect.poll(() => broker.broker.status.agentsWaiting, { interval: 5 }).toBe(1);
    const third = await broker.enqueue('TX_MERGE_ROLLUP');
    expect((await idle)?.job.id).toBe(third);
  });

  it('is left by an agent that does not take it', async () => {
    const { third } = await beginSecondAndKeepThird();
    const wanted = await broker.enqueue('INBOX_PARITY');
    expect((await broker.agent('10.0.0.2').ask([V6_TYPES.INBOX_PARITY]))?.job.id).toBe(wanted);
    expect((await broker.agent('10.0.0.3').ask())?.job.id).toBe(third);
  });

  it('goes back to the queue at no cost when the agent does not come for it', async () => {
    await broker.stop();
    start({ keepMs: 100 });
    const { third } = await beginSecondAndKeepThird();
    const claimed = await harness.elsewhere.queue.claim(['small'], { waitSeconds: 60 });
    expect(claimed?.message.jobId).toContain(third);
    expect(await recordOf(harness.engine, third)).toMatchObject({ state: 'queued', attempts: NO_ATTEMPTS });
  });

  it('goes back to the queue when the broker stops', async () => {
    const { third } = await beginSecondAndKeepThird();
    await broker.stop();
    const claimed = await harness.elsewhere.queue.claim(['small'], { waitSeconds: 0 });
    expect(claimed?.message.jobId).toContain(third);
  });

  it('is not proven again when it was settled meanwhile', async () => {
    const { second, third } = await beginSecondAndKeepThird();
    const { id } = await recordOf(harness.engine, third);
    await harness.engine.jobs.cancel(id, 'Aborted');
    const fourth = await broker.enqueue('TX_MERGE_ROLLUP');
    expect((await agent.succeed(second))?.job.id).toBe(fourth);
  });
});
