import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';

import type { Engine } from '../../shared/engine/engine.ts';
import { openEngine } from '../../shared/engine/open-engine.ts';
import { l1TimeNote } from '../../shared/l1/noted-l1-time.ts';
import { AgentId } from '../../shared/ledger/job-ledger.ts';
import { sweepStrandedJobs } from '../../shared/job-queue/sweep-stranded-jobs.ts';
import { createLogger } from '../../shared/telemetry/logger.ts';
import { aNewJob } from '../contract/a-new-job.ts';
import { aNewEpoch } from '../contract/epoch-ledger.contract.ts';
import { type AwsHarness, openAwsHarness } from '../contract/aws-harness.ts';
import { epochIdOf } from '../../shared/proving-job/proving-job-id.ts';

describe('sweep-ledger', () => {
  let harness: AwsHarness;
  let engine: Engine;
  let handler: () => Promise<{ readonly sentJobs: number }>;

  beforeEach(async () => {
    harness = await openAwsHarness(['table', 'queues']);
    const prefix = harness.names.ledgerTable.replace('-ledger', '');
    const { region = '', endpoint = '' } = inject('aws');
    engine = await openEngine({
      engine: 'aws',
      prefix,
      connection: { region, endpoint },
      leaseSeconds: harness.leaseSeconds,
    });
    vi.stubEnv('COPPICE_AWS_PREFIX', prefix);
    vi.stubEnv('AWS_REGION', region);
    vi.stubEnv('AWS_ENDPOINT_URL', endpoint);
    vi.stubEnv('LOG_LEVEL', 'silent');
    vi.resetModules();
    ({ handler } = await import('../../functions/sweep-ledger/handler.ts'));
  });
  afterEach(async () => {
    vi.useRealTimers();
    vi.unstubAllEnvs();
    await engine.close();
    await harness.close();
  });

  it('sends one message for a job that was recorded but not enqueued', async () => {
    const job = aNewJob();
    await engine.jobs.record(job);
    expect(await handler()).toEqual({ sentJobs: 1 });
    expect(await handler()).toEqual({ sentJobs: 0 });
    expect((await engine.queue.claim([job.pool], { waitSeconds: 5 }))?.message.jobId).toBe(job.id);
  });

  it('does no harm when a node sweeps at the same time: one of two agents gets the job', async () => {
    const job = aNewJob();
    await engine.jobs.record(job);
    const log = createLogger('node', { logLevel: 'silent' });
    await Promise.all([handler(), sweepStrandedJobs({ ...engine, strandedSeconds: 60, nowMs: Date.now, log })]);

    const outcomes: string[] = [];
    // There is a message for the first, for SQS to find; and perhaps one for the second.
    for (const [name, waitSeconds] of [
      ['agent-1', 5],
      ['agent-2', 1],
    ] as const) {
      const agent = AgentId.parse(name);
      const lease = await engine.queue.claim([job.pool], { waitSeconds });
      if (lease === undefined) continue;
      outcomes.push((await engine.jobs.claim(lease.message.jobId, agent, 30)).outcome);
    }
    expect(outcomes.filter((outcome) => outcome === 'claimed')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome !== 'claimed' && outcome !== 'held')).toEqual([]);
  });

  it('sends another message for a waiting job after an hour, and no sooner', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const job = aNewJob();
    await engine.jobs.record(job);
    await engine.jobs.markEnqueued([job.id]);
    vi.setSystemTime(Date.now() + 3_599_000);
    expect(await handler()).toEqual({ sentJobs: 0 });
    vi.setSystemTime(Date.now() + 2_000);
    expect(await handler()).toEqual({ sentJobs: 1 });
  });

  it('closes an epoch whose window has closed by its own clock and by L1, without a node', async () => {
    const job = aNewJob();
    const id = epochIdOf(job.id);
    await engine.jobs.record(job);
    const deadlineAtMs = Date.now() - 60_000;
    await engine.epochs.open({ ...aNewEpoch(), id, rangeId: job.rangeId, deadlineAtMs });
    // As watch-l1 does.
    const l1Time = l1TimeNote(engine.notes);
    await l1Time.replace({ blockAtMs: deadlineAtMs - 12_000 }, undefined);
    await handler();
    expect(await engine.epochs.find(id)).toMatchObject({ state: 'proving' });
    await l1Time.replace({ blockAtMs: deadlineAtMs }, 1);
    await handler();
    expect(await engine.epochs.find(id)).toMatchObject({ state: 'expired', reason: 'its proof window closed' });
    expect(await engine.jobs.find(job.id)).toMatchObject({ state: 'cancelled' });
    expect(await engine.incidents.latest(1)).toMatchObject([{ kind: 'epoch-failed', subject: `epoch ${id}` }]);
  });
});
