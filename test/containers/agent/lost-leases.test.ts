import { once } from 'node:events';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { AgentId } from '../../../shared/ledger/job-ledger.ts';
import { outputsKey } from '../../../shared/proof-store/proof-store.ts';
import { letFinish, TestFleet, until, untilGone, untilProverAt } from '../../fixtures/test-fleet.ts';
import { epochIdOf } from '../../../shared/proving-job/proving-job-id.ts';

/** Tests wait for the end of leases, so they are short; but eight heartbeats have to be late for one to end. */
const LEASE_SECONDS = 4;
const HEARTBEAT_SECONDS = 0.5;

describe('leases', () => {
  let fleet: TestFleet;

  beforeEach(async () => {
    fleet = await TestFleet.open({ leaseSeconds: LEASE_SECONDS });
  });

  afterEach(async () => {
    await fleet.close();
  });

  it.for([
    ['its prover', 'block'],
    ['what its prover has started', 'spawn-and-block'],
  ] as const)(
    'kill -9 of an agent in the middle of a proof: %s ends, and another agent claims the job when the lease ends',
    async ([, act]) => {
      const marker = fleet.marker('blocked');
      const id = await fleet.addJob({ act, ms: 600_000, marker });
      const killed = fleet.startAgentProcess();
      const proverPid = await untilProverAt(marker);
      const other = fleet.startAgent();

      killed.kill('SIGKILL');
      await once(killed, 'exit');
      const lastLease = (await fleet.job(id)).lease!;
      await untilGone(proverPid);
      const record = await fleet.untilState(id, 'proven');

      expect(record.provenBy).toBe(other.agentId);
      expect(record.attempts).toMatchObject({ 'lost-agent': 1, failure: 0, 'out-of-memory': 0 });
      expect(record.claimedAtMs).toBeGreaterThanOrEqual(lastLease.expiresAtMs);
    },
  );

  it('a proof that takes several leases stays with its agent, even while its prover and its main thread are blocked', async () => {
    await fleet.close();
    const leaseSeconds = 2 * LEASE_SECONDS;
    fleet = await TestFleet.open({ leaseSeconds });
    const marker = fleet.marker('long');
    const id = await fleet.addJob({ act: 'block', ms: 2.5 * leaseSeconds * 1000, marker });
    const busy = fleet.startAgent({ heartbeatSeconds: HEARTBEAT_SECONDS });
    await untilProverAt(marker);
    fleet.startAgentProcess();

    // The main thread of the busy agent is this one.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1.5 * leaseSeconds * 1000);
    const record = await fleet.untilState(id, 'proven');

    expect(record.provenBy).toBe(busy.agentId);
    expect(Object.values(record.attempts)).toEqual([0, 0, 0, 0, 0]);
  });

  it('a proof whose lease ends because no heartbeat reaches the ledger goes on, and is delivered', async () => {
    const marker = fleet.marker('unheard');
    const id = await fleet.addJob({ act: 'wait', marker });
    const agent = fleet.startAgent({ heartbeatSeconds: 600 });
    const proverPid = await untilProverAt(marker);

    const { expiresAtMs } = (await fleet.job(id)).lease!;
    await until(Date.now, (nowMs) => nowMs > expiresAtMs + 1000);
    await letFinish(marker);
    const record = await fleet.untilState(id, 'proven');

    expect(record).toMatchObject({ provenBy: agent.agentId, attempts: { 'lost-agent': 0 } });
    expect(() => process.kill(proverPid, 0)).not.toThrow();
  });

  it.for([
    ['the prover', 'block'],
    ['what the prover has started', 'spawn-and-block'],
  ] as const)(
    'a job that is cancelled under the agent: %s is killed at the next heartbeat, and the agent goes on',
    async ([, act]) => {
      const marker = fleet.marker('cancelled');
      const id = await fleet.addJob({ act, ms: 600_000, marker });
      const agent = fleet.startAgent({ heartbeatSeconds: HEARTBEAT_SECONDS });
      const proverPid = await untilProverAt(marker);

      await fleet.engine.jobs.cancelEpoch(epochIdOf(id), 'a reorg took it');
      const next = await fleet.addJob({ act: 'prove' });
      await untilGone(proverPid);

      expect((await fleet.untilState(next, 'proven')).provenBy).toBe(agent.agentId);
      expect((await fleet.job(id)).state).toBe('cancelled');
      await until(
        () => fleet.engine.queue.depths(),
        (depths) => depths.length === 0,
      );
    },
  );

  it('a proof that comes after the job was settled changes nothing and is reported', async () => {
    await fleet.close();
    // No heartbeat comes before the proof does.
    fleet = await TestFleet.open({ leaseSeconds: 600 });
    const marker = fleet.marker('late');
    const id = await fleet.addJob({ act: 'wait', marker, salt: 'ours' });
    const agent = fleet.startAgent();
    await untilProverAt(marker);

    const theirs = Buffer.from(JSON.stringify({ circuit: 'PARITY_BASE', salt: 'theirs' }));
    const proof = await fleet.engine.proofs.put(outputsKey('PARITY_BASE', id), theirs);
    const report = { jobId: id, agentId: AgentId.parse('quicker'), proof, provingMs: 1, claimedAtMs: 1 };
    await fleet.engine.jobs.markProven(report);
    const settled = await fleet.job(id);
    await letFinish(marker);
    const incidents = await until(
      () => fleet.engine.incidents.latest(10),
      (seen) => seen.length > 0,
    );
    await agent.stop();

    expect(incidents).toMatchObject([{ kind: 'late-proof', subject: id }]);
    expect(await fleet.job(id)).toEqual(settled);
    expect((await fleet.engine.agents.seenWithin(60))[0]?.jobsProven).toBe(0);
    expect(await fleet.engine.queue.depths()).toEqual([]);
  });
});
