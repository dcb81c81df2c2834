import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { letFinish, TestFleet, until, untilGone, untilProverAt } from '../../fixtures/test-fleet.ts';

/** Longer than the tests: none of them is about a lease that ends. */
const LEASE_SECONDS = 600;
const HEARTBEAT_SECONDS = 0.5;

describe('a second copy of a job that takes too long', () => {
  let fleet: TestFleet;
  beforeEach(async () => {
    fleet = await TestFleet.open({ leaseSeconds: LEASE_SECONDS });
  });
  afterEach(() => fleet.close());

  it('is proven by another agent, and the prover of the slow one is killed at the next heartbeat', async () => {
    const marker = fleet.marker('slow');
    const id = await fleet.addJob({ act: 'block', ms: 600_000, marker });
    const slow = fleet.startAgent({ heartbeatSeconds: HEARTBEAT_SECONDS });
    const proverPid = await untilProverAt(marker);

    await fleet.engine.jobs.askForCopy((await fleet.job(id)).lease!);
    await fleet.ring(id);
    const other = fleet.startAgent();
    const record = await fleet.untilState(id, 'proven');
    await untilGone(proverPid);

    expect(record.provenBy).toBe(other.agentId);
    expect(Object.values(record.attempts)).toEqual([0, 0, 0, 0, 0]);
    // The slow agent is back at work, and no message is left over.
    await other.stop();
    const next = await fleet.addJob({ act: 'prove' });
    expect((await fleet.untilState(next, 'proven')).provenBy).toBe(slow.agentId);
    await until(
      () => fleet.engine.queue.depths(),
      (depths) => depths.length === 0,
    );
  });

  it('ends when the slow agent is first after all', async () => {
    const slowMarker = fleet.marker('slow');
    const id = await fleet.addJob({ act: 'wait', marker: slowMarker });
    const slow = fleet.startAgent();
    await untilProverAt(slowMarker);

    const { lease } = await fleet.job(id);
    await fleet.engine.jobs.askForCopy(lease!);
    const copy = await fleet.engine.jobs.claim(id, fleet.agentOptions().agentId, LEASE_SECONDS);
    if (copy.outcome !== 'claimed') throw new Error(`expected the copy, was ${copy.outcome}`);
    await letFinish(slowMarker);
    const record = await fleet.untilState(id, 'proven');

    expect(record).toMatchObject({ provenBy: slow.agentId, claimedAtMs: lease!.claimedAtMs });
    await expect(fleet.engine.jobs.extend(copy.lease, LEASE_SECONDS)).rejects.toThrow('lease lost');
  });

  it('is left to others by a slow agent that could claim ahead, long before its lease ends', async () => {
    const quick = await fleet.addJob({ act: 'prove' });
    fleet.startAgentProcess({ prefetch: { leadSeconds: 600, holdSeconds: 60 } });
    await fleet.untilState(quick, 'proven');
    const marker = fleet.marker('slow');
    const id = await fleet.addJob({ act: 'block', ms: 600_000, marker });
    await untilProverAt(marker);

    await fleet.engine.jobs.askForCopy((await fleet.job(id)).lease!);
    await fleet.ring(id);
    await until(
      () => fleet.engine.queue.depths(),
      (depths) => depths.some(({ leased, waiting }) => leased === 2 && waiting === 0),
    );
    const other = fleet.startAgent();
    const record = await fleet.untilState(id, 'proven');

    expect(record.provenBy).toBe(other.agentId);
  });
});
