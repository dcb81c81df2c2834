import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { HeldJob } from '../../../../containers/agent/job/held-job.ts';
import { OwnFailures } from '../../../../containers/agent/job/own-failures.ts';
import { PoolOutlook } from '../../../../containers/agent/job/prefetch-rule.ts';
import type { AgentRecord } from '../../../../shared/ledger/agent-registry.ts';
import { AgentId, type AttemptCause, type NewJob } from '../../../../shared/ledger/job-ledger.ts';
import { messageOf } from '../../../../shared/proving-job/job-message.ts';
import { aNewJob } from '../../../contract/a-new-job.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../../contract/embedded-harness.ts';

const OURS = AgentId.parse('ours');
const OTHER = AgentId.parse('other');
/** How long an agent leaves a job to others after its first failure. */
const LEAVE_SECONDS = 300;

describe('a job that failed on an agent', () => {
  let harness: EmbeddedHarness;
  let ownFailures: OwnFailures;
  let job: NewJob;

  beforeEach(async () => {
    harness = await openEmbeddedHarness();
    const { engine } = harness;
    const nowMs = (): number => harness.nowMs();
    const outlook = new PoolOutlook(
      engine,
      { agentId: OURS, pools: ['medium'], agentsSeenWithinSeconds: 1e6, agentCountMaxAgeSeconds: 0 },
      nowMs,
    );
    ownFailures = new OwnFailures({ engine, outlook, nowMs });
    job = await engine.jobs.record(aNewJob());
    for (const agentId of [OURS, OTHER]) await engine.agents.report(aWorkingAgent(agentId));
  });

  afterEach(() => harness.close());

  function aWorkingAgent(agentId: AgentId): AgentRecord {
    const { networkVersion } = job;
    const now = harness.nowMs();
    const times = { startedAtMs: now, lastSeenAtMs: now };
    const machine = { hostname: 'here', pid: 1, family: 'aztec' };
    return { agentId, pools: ['medium'], networkVersion, state: 'proving', jobsProven: 0, ...machine, ...times };
  }

  /** Fails the job on the agent of this test, or on the other one. */
  async function failOn(agentId: AgentId, cause: AttemptCause = 'failure'): Promise<void> {
    const { engine } = harness;
    await engine.queue.enqueue([messageOf(job)]);
    const queueLease = await engine.queue.claim(['medium'], { waitSeconds: 0 });
    const claim = await engine.jobs.claim(job.id, agentId, 30);
    if (claim.outcome !== 'claimed' || queueLease === undefined) return expect.fail();
    const leases = { jobLease: claim.lease, queueLease };
    const kept = { leases, lost: new AbortController().signal, drop: () => Promise.resolve() };
    const held = new HeldJob(claim.job, kept, {
      engine,
      pools: ['medium'],
      ownFailures: agentId === OURS ? ownFailures : { note: () => undefined },
      log: pino({ level: 'silent' }),
      nowMs: () => harness.nowMs(),
    });
    await held.fail(cause, 'it does not work here');
    await harness.elapse(20);
  }

  it.each(['failure', 'time-out', 'corrupt-inputs'] as const)(
    'of %s is left to an agent that it has not failed on',
    async (cause) => {
      expect(await ownFailures.areOthersAheadFor(job.id)).toBe(false);
      await failOn(OURS, cause);
      expect(await ownFailures.areOthersAheadFor(job.id)).toBe(true);
    },
  );

  it('is taken again once it has failed on every other agent', async () => {
    await failOn(OURS);
    await failOn(OTHER);
    expect(await ownFailures.areOthersAheadFor(job.id)).toBe(false);
  });

  it('is taken again when the others have not taken it for a while, which grows with each failure', async () => {
    await failOn(OURS);
    await harness.elapse(LEAVE_SECONDS);
    expect(await ownFailures.areOthersAheadFor(job.id)).toBe(false);
    await failOn(OURS);
    await harness.elapse(LEAVE_SECONDS);
    expect(await ownFailures.areOthersAheadFor(job.id)).toBe(true);
    await harness.elapse(LEAVE_SECONDS);
    expect(await ownFailures.areOthersAheadFor(job.id)).toBe(false);
  });
});
