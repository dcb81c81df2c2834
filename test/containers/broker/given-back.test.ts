import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { WireLease } from '../../../shared/broker-api/wire-types.ts';
import { NO_ATTEMPTS } from '../../../shared/ledger/job-ledger.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../contract/embedded-harness.ts';
import { LocalBroker, type LocalAgent, recordOf } from './local-broker.ts';

const DRAINING = { allowList: [], allowNewJobs: false };

describe('the job of an agent that is stopped', () => {
  let harness: EmbeddedHarness;
  let broker: LocalBroker;
  let agent: LocalAgent;
  let lease: WireLease;
  beforeEach(async () => {
    harness = await openEmbeddedHarness();
    broker = new LocalBroker(harness);
    agent = broker.agent('10.0.0.1');
    await broker.enqueue('TX_MERGE_ROLLUP');
    lease = (await agent.ask())!;
  });
  afterEach(async () => {
    await broker.stop();
    await harness.close();
  });

  const record = (): ReturnType<typeof recordOf> => recordOf(harness.engine, lease.job.id);
  const other = (): Promise<WireLease | undefined> => broker.agent('10.0.0.2').ask();

  it('is another agent’s at once, at no cost, when its agent gives it back', async () => {
    const waiting = other();
    await harness.elapse(1);
    await agent.giveBack(lease);
    expect((await waiting)?.job.id).toBe(lease.job.id);
    await agent.giveBack(lease);
    expect(await record()).toMatchObject({ lease: { agentId: '10.0.0.2-1' }, attempts: NO_ATTEMPTS });
  });

  it('is given back also through a broker that has not given it out', async () => {
    await broker.stop();
    broker = new LocalBroker(harness);
    await broker.agent('10.0.0.1').giveBack(lease);
    expect((await other())?.job.id).toBe(lease.job.id);
    expect((await record()).attempts).toEqual(NO_ATTEMPTS);
  });

  it('is given back by the agent that has it, and by no earlier one', async () => {
    await harness.elapse(harness.leaseSeconds + 1);
    const second = (await other())!;
    await agent.giveBack(lease);
    expect(await record()).toMatchObject({ state: 'leased', lease: { claimedAtMs: second.time } });
  });

  it('goes back at no cost when the agent said that it drains, and fell silent', async () => {
    expect(await agent.progress(lease, DRAINING)).toBeUndefined();
    await harness.elapse(0.6 * harness.leaseSeconds);
    await expect.poll(async () => (await record()).state, { interval: 20 }).toBe('queued');
    expect((await other())?.job.id).toBe(lease.job.id);
    expect((await record()).attempts).toEqual(NO_ATTEMPTS);
  });

  it('stays with an agent that drains and goes on reporting', async () => {
    await agent.progress(lease, DRAINING);
    for (let reports = 0; reports < 4; reports++) {
      await harness.elapse(0.4 * harness.leaseSeconds);
      expect(await agent.progress(lease, DRAINING)).toBeUndefined();
    }
    expect(await agent.succeed(lease, DRAINING)).toBeUndefined();
    expect(await record()).toMatchObject({ state: 'proven', provenBy: '10.0.0.1-1', attempts: NO_ATTEMPTS });
  });

  it('counts as lost with an agent that fell silent without a word: it may have crashed', async () => {
    await agent.progress(lease);
    await harness.elapse(harness.leaseSeconds + 1);
    expect((await other())?.job.id).toBe(lease.job.id);
    expect((await record()).attempts).toEqual({ ...NO_ATTEMPTS, 'lost-agent': 1 });
  });
});
