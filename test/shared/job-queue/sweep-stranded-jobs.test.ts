import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { AgentId, type NewJob } from '../../../shared/ledger/job-ledger.ts';
import { type SweepDeps, sweepStrandedJobs } from '../../../shared/job-queue/sweep-stranded-jobs.ts';
import { createLogger } from '../../../shared/telemetry/logger.ts';
import { messageOf } from '../../../shared/proving-job/job-message.ts';
import { STREAMED_RANGE } from '../../../shared/ledger/streamed-epoch.ts';
import { aNewJob } from '../../contract/a-new-job.ts';
import { claimMessage } from '../../contract/claim-message.ts';
import { aNewEpoch } from '../../contract/epoch-ledger.contract.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../contract/embedded-harness.ts';
import { epochId } from '../../fixtures/epoch-id.ts';
import { epochIdOf } from '../../../shared/proving-job/proving-job-id.ts';

const STRANDED_SECONDS = 480;
const AGENT = AgentId.parse('agent-1');

describe('sweepStrandedJobs', () => {
  let harness: EmbeddedHarness;

  beforeEach(async () => {
    harness = await openEmbeddedHarness();
  });
  afterEach(async () => {
    await harness.close();
  });

  const depsOf = ({ jobs, queue, epochs }: EmbeddedHarness['engine']): SweepDeps => ({
    jobs,
    queue,
    epochs,
    nowMs: () => harness.nowMs(),
    strandedSeconds: STRANDED_SECONDS,
    log: createLogger('sweep', { logLevel: 'silent' }),
  });
  const sweep = async (): Promise<number> => await sweepStrandedJobs(depsOf(harness.engine));
  async function recorded(job: NewJob = aNewJob()): Promise<NewJob> {
    await harness.engine.jobs.record(job);
    return job;
  }
  /** As a node leaves it: recorded, and its message sent. */
  async function enqueued(): Promise<NewJob> {
    const job = await recorded();
    await harness.engine.queue.enqueue([messageOf(job)]);
    await harness.engine.jobs.markEnqueued([job.id]);
    return job;
  }
  async function claimable(): Promise<string[]> {
    const ids: string[] = [];
    for (;;) {
      const lease = await harness.engine.queue.claim(['small', 'medium', 'large', 'gpu'], { waitSeconds: 0 });
      if (lease === undefined) return ids.toSorted();
      ids.push(lease.message.jobId);
    }
  }

  it('sends one message for each job that a crash left recorded but not enqueued, in every epoch', async () => {
    const jobs = await Promise.all(
      [3, 4].map((epoch) => recorded(aNewJob('PARITY_BASE', { epochId: epochId(epoch) }))),
    );
    expect(await sweep()).toBe(2);
    expect(await sweep()).toBe(0);
    expect(await claimable()).toEqual(jobs.map(({ id }) => id).toSorted());
  });

  it('sends one for a job whose agent is dead and whose message is gone, some time after the lease has ended', async () => {
    const job = await enqueued();
    await harness.engine.jobs.claim(job.id, AGENT, 120);
    const lease = await harness.engine.queue.claim([job.pool], { waitSeconds: 0 });
    await harness.engine.queue.complete(lease!);

    await harness.elapse(120 + STRANDED_SECONDS);
    expect(await sweep()).toBe(0);
    await harness.elapse(1);
    expect(await sweep()).toBe(1);
    expect(await claimable()).toEqual([job.id]);
    expect((await harness.engine.jobs.claim(job.id, AgentId.parse('agent-2'), 120)).outcome).toBe('claimed');
  });

  it('sends one to the larger pool for a job that was moved there, at once', async () => {
    const job = await enqueued();
    const answer = await harness.engine.jobs.claim(job.id, AGENT, 120);
    if (answer.outcome !== 'claimed') throw new Error(`expected to claim it, was ${answer.outcome}`);
    await harness.engine.jobs.fail(answer.lease, 'out-of-memory', 'killed', 'large');
    expect(await sweep()).toBe(1);
    const lease = await harness.engine.queue.claim(['large'], { waitSeconds: 0 });
    expect(lease?.message.jobId).toBe(job.id);
    expect(await sweep()).toBe(0);
  });

  it('does not send one for a job that waits its turn, that an agent holds, or that is settled', async () => {
    await enqueued();
    const held = await enqueued();
    const rejected = await enqueued();
    const cancelled = await enqueued();
    await harness.engine.jobs.reject(rejected.id, 'its message became a dead letter');
    await harness.elapse(STRANDED_SECONDS - 10);
    await harness.engine.jobs.claim(held.id, AGENT, 120);
    expect(await sweep()).toBe(0);

    await harness.engine.jobs.cancelEpoch(epochIdOf(cancelled.id), 'a reorg took it');
    await harness.elapse(20 * STRANDED_SECONDS);
    expect(await sweep()).toBe(0);
  });

  it.each(['proven', 'expired'] as const)('cancels open jobs of an epoch that is %s, and sends none', async (state) => {
    const { engine } = harness;
    const [job, other] = [await recorded(), await recorded(aNewJob('PARITY_BASE', { epochId: epochId(99) }))];
    const { rangeId } = await engine.epochs.open({
      ...aNewEpoch(),
      id: epochIdOf(job.id),
      deadlineAtMs: harness.nowMs() + 60_000,
    });
    await engine.epochs.advance(epochIdOf(job.id), rangeId, state);
    expect(await sweep()).toBe(1);
    expect(await engine.jobs.find(job.id)).toMatchObject({ state: 'cancelled', reason: 'its epoch is closed' });
    expect(await claimable()).toEqual([other.id]);
  });

  it('keeps the jobs of official nodes in an epoch that a native node has closed, until its window closes', async () => {
    const { engine } = harness;
    const native = await recorded(aNewJob());
    const official = await recorded(aNewJob('PARITY_BASE', { epochId: epochIdOf(native.id), rangeId: STREAMED_RANGE }));
    const { rangeId } = await engine.epochs.open({
      ...aNewEpoch(),
      id: epochIdOf(native.id),
      deadlineAtMs: harness.nowMs() + 2 * STRANDED_SECONDS * 1000,
    });
    await engine.epochs.advance(epochIdOf(native.id), rangeId, 'proven');
    expect(await sweep()).toBe(1);
    expect(await engine.jobs.find(native.id)).toMatchObject({ state: 'cancelled' });
    const message = await claimMessage(engine.queue);
    expect(message.message.jobId).toBe(official.id);
    await engine.queue.complete(message);
    await harness.elapse(2 * STRANDED_SECONDS + 1);
    expect(await sweep()).toBe(0);
    expect(await engine.jobs.find(official.id)).toMatchObject({ state: 'cancelled', reason: 'its epoch is closed' });
  });

  it('sends jobs of an epoch that failed and is taken up again', async () => {
    const job = await recorded();
    const epoch = { ...aNewEpoch(), id: epochIdOf(job.id), deadlineAtMs: harness.nowMs() + 60_000 };
    const { rangeId } = await harness.engine.epochs.open(epoch);
    await harness.engine.epochs.advance(epochIdOf(job.id), rangeId, 'failed');
    expect(await sweep()).toBe(1);
  });

  it('does no harm when a node and a function sweep at once: the job is claimed once and proven once', async () => {
    const job = await recorded();
    const sent = await Promise.all([sweep(), sweepStrandedJobs(depsOf(harness.elsewhere))]);
    expect(Math.max(...sent)).toBe(1);

    const { engine } = harness;
    const first = await engine.jobs.claim(job.id, AGENT, 120);
    expect(first.outcome).toBe('claimed');
    // The agent with the other message finds the job held.
    expect((await engine.jobs.claim(job.id, AgentId.parse('agent-2'), 120)).outcome).toBe('held');
    expect(new Set(await claimable())).toEqual(new Set([job.id]));
  });

  it('keeps its progress when it is cut off among many jobs', async () => {
    for (let count = 0; count < 250; count++) await recorded();
    const { jobs, queue } = harness.engine;
    let calls = 0;
    const cutOff: SweepDeps = {
      ...depsOf(harness.engine),
      queue: {
        enqueue: async (messages, pool) => {
          calls += 1;
          if (calls === 2) throw new Error('cut off');
          await queue.enqueue(messages, pool);
        },
      },
    };
    await expect(sweepStrandedJobs(cutOff)).rejects.toThrow('cut off');
    expect(await jobs.strandedJobs(STRANDED_SECONDS)).toHaveLength(50);
    expect(await sweep()).toBe(50);
    expect(await claimable()).toHaveLength(250);
  });
});
