import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { LeasePair } from '../../../containers/agent/heartbeat/lease-keeper.ts';
import { Drain } from '../../../containers/agent/drain.ts';
import { HeldJob } from '../../../containers/agent/job/held-job.ts';
import { JobClaimer } from '../../../containers/agent/job/job-claimer.ts';
import { POLLING_POLICIES } from '../../../containers/agent/job/polling-policy.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { AgentId, type JobRecord } from '../../../shared/ledger/job-ledger.ts';
import { sweepStrandedJobs } from '../../../shared/job-queue/sweep-stranded-jobs.ts';
import type { Pool } from '../../../shared/proving-job/circuit-family.ts';
import { createLogger } from '../../../shared/telemetry/logger.ts';
import { aNewJob } from '../../contract/a-new-job.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../contract/embedded-harness.ts';
import { TestFleet, until } from '../../fixtures/test-fleet.ts';

const log = createLogger('agent', { logLevel: 'silent' });
const ALICE = AgentId.parse('alice');
const BOB = AgentId.parse('bob');

describe('a job that runs out of memory', () => {
  let fleet: TestFleet;
  beforeEach(async () => {
    fleet = await TestFleet.open();
  });
  afterEach(async () => {
    await fleet.close();
  });

  it('goes to the next larger pool, and is proven there', async () => {
    const id = await fleet.addJob({ act: 'be-killed', marker: fleet.marker('killed') });
    fleet.startAgent({ pools: ['medium'] });
    const moved = await fleet.until(id, ({ pool }) => pool === 'large');
    expect(moved).toMatchObject({ state: 'queued', attempts: { 'out-of-memory': 1 } });

    const large = fleet.startAgent({ pools: ['large'] });
    expect(await fleet.untilState(id, 'proven')).toMatchObject({ pool: 'large', provenBy: large.agentId });
    await untilNoMessages();
  });

  it('stays in its pool when its agent serves the largest', async () => {
    const id = await fleet.addJob({ act: 'be-killed', marker: fleet.marker('killed') });
    fleet.startAgent({ pools: ['medium', 'large'] });
    const proven = await fleet.untilState(id, 'proven');
    expect(proven).toMatchObject({ pool: 'medium', attempts: { 'out-of-memory': 1 } });
  });

  it('is sent on by an agent of its old pool that gets a message of it', async () => {
    const id = await fleet.addJob({ act: 'be-killed', marker: fleet.marker('killed') });
    fleet.startAgent({ pools: ['medium'] });
    await fleet.until(id, ({ pool }) => pool === 'large');
    await fleet.ring(id);
    await until(
      () => fleet.engine.queue.depths(),
      (depths) => depths.every(({ pool }) => pool === 'large'),
    );
    expect(await fleet.job(id)).toMatchObject({ state: 'queued', pool: 'large' });

    fleet.startAgent({ pools: ['large'] });
    await fleet.untilState(id, 'proven');
    await untilNoMessages();
  });

  async function untilNoMessages(): Promise<void> {
    await until(
      () => fleet.engine.queue.depths(),
      (depths) => depths.length === 0,
    );
  }
});

/** The last calls of an agent that moves a job. */
const STEPS = ['send its message', 'record that it was sent', 'delete the old one'] as const;

describe.each(STEPS)('a job that was moved by an agent which is killed before it can %s', (step) => {
  let harness: EmbeddedHarness;
  let job: JobRecord;
  beforeEach(async () => {
    harness = await openEmbeddedHarness();
    const { jobs, queue } = harness.engine;
    job = await jobs.record(aNewJob('TX_MERGE_ROLLUP'));
    await sweep();
    const queueLease = await queue.claim(['small'], { waitSeconds: 0 });
    const answer = await jobs.claim(job.id, ALICE, harness.leaseSeconds, ['small']);
    if (queueLease === undefined || answer.outcome !== 'claimed') throw new Error('expected a job to fail');
    await failUntilKilled({ jobLease: answer.lease, queueLease });
    expect(await jobs.find(job.id)).toMatchObject({ state: 'queued', pool: 'medium' });
  });
  afterEach(() => harness.close());

  it('comes to an agent of the larger pool by the sweeper', async () => {
    await sweep();
    await expectOneForLargerAgents();
  });

  it('comes there by its old message, which the next agent that receives it completes', async () => {
    await harness.elapse(harness.leaseSeconds + 1);
    expect(await claimer('small').claim({ waitSeconds: 0, signal: new AbortController().signal })).toBeUndefined();
    expect((await harness.engine.queue.depths()).filter(({ pool }) => pool === 'small')).toEqual([]);
    await expectOneForLargerAgents();
  });

  it('comes there once, even by the sweeper and its old message together', async () => {
    await sweep();
    await harness.elapse(harness.leaseSeconds + 1);
    await claimer('small').claim({ waitSeconds: 0, signal: new AbortController().signal });
    await sweep();
    await expectOneForLargerAgents();
  });

  /** Whatever number of messages there are, the job is one. */
  async function expectOneForLargerAgents(): Promise<void> {
    const { jobs, queue } = harness.engine;
    const outcomes: string[] = [];
    for (;;) {
      const lease = await queue.claim(['medium'], { waitSeconds: 0 });
      if (lease === undefined) break;
      expect(lease.message.jobId).toBe(job.id);
      outcomes.push((await jobs.claim(job.id, BOB, harness.leaseSeconds, ['medium'])).outcome);
    }
    expect(outcomes.filter((outcome) => outcome === 'claimed')).toEqual(['claimed']);
  }

  async function sweep(): Promise<void> {
    await sweepStrandedJobs({ ...harness.engine, strandedSeconds: 480, nowMs: () => harness.nowMs(), log });
  }

  /** From the step on, no call of the agent takes effect. */
  async function failUntilKilled(leases: LeasePair): Promise<void> {
    const killed = Promise.withResolvers<undefined>();
    const never = (): Promise<never> => {
      killed.resolve(undefined);
      return new Promise(() => undefined);
    };
    const { jobs, queue, incidents } = harness.engine;
    const engine = {
      incidents,
      jobs: {
        fail: jobs.fail.bind(jobs),
        markEnqueued: step === STEPS[1] ? never : jobs.markEnqueued.bind(jobs),
      } as unknown as Engine['jobs'],
      queue: {
        enqueue: step === STEPS[0] ? never : queue.enqueue.bind(queue),
        complete: never,
      } as unknown as Engine['queue'],
    };
    const kept = { leases, lost: new AbortController().signal, drop: () => Promise.resolve() };
    const held = new HeldJob(job, kept, {
      engine,
      pools: ['small'],
      ownFailures: { note: () => undefined },
      log,
      nowMs: () => harness.nowMs(),
    });
    void held.fail('out-of-memory', 'killed at 7 GiB');
    await killed.promise;
  }

  function claimer(pool: Pool): JobClaimer {
    return new JobClaimer(
      {
        agentId: BOB,
        pools: [pool],
        circuits: ['TX_MERGE_ROLLUP'],
        versions: new Map([['aztec', job.networkVersion]]),
        leaseSeconds: harness.leaseSeconds,
        polling: POLLING_POLICIES.embedded,
      },
      {
        engine: harness.engine,
        hold: () => {
          throw new Error('it must hold no job');
        },
        isHeld: () => false,
        drain: new Drain(new AbortController().signal, 25, Date.now),
        ownFailures: { areOthersAheadFor: () => Promise.resolve(false) },
        log,
        nowMs: () => harness.nowMs(),
        onRefused: (reason) => {
          throw new Error(reason);
        },
      },
    );
  }
});
