import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Engine } from '../../../shared/engine/engine.ts';
import { AgentId } from '../../../shared/ledger/job-ledger.ts';
import { messageOf } from '../../../shared/proving-job/job-message.ts';
import { meteredEngine } from '../../../shared/engine/metered-engine.ts';
import type { MetricName } from '../../../shared/telemetry/metrics.ts';
import { aNewJob } from '../../contract/a-new-job.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../contract/embedded-harness.ts';
import { SEEDED_EPOCH, seedFleet } from '../../fixtures/seed-fleet.ts';

describe('meteredEngine', () => {
  let harness: EmbeddedHarness;
  let engine: Engine;
  const clock = { nowMs: () => harness.nowMs(), elapse: (seconds: number) => harness.elapse(seconds) };
  let recorded: { name: MetricName; value: number; dimensions: unknown }[];
  beforeEach(async () => {
    harness = await openEmbeddedHarness({
      attemptBudgets: { 'lost-agent': 5, 'out-of-memory': 2, 'time-out': 2, failure: 1, 'corrupt-inputs': 3 },
    });
    recorded = [];
    const metrics = {
      record: (name: MetricName, value: number, dimensions: unknown): void => {
        recorded.push({ name, value, dimensions });
      },
    };
    engine = meteredEngine(harness.engine, metrics, () => harness.nowMs());
  });
  afterEach(() => harness.close());

  const valuesOf = (name: MetricName): { value: number; dimensions: unknown }[] =>
    recorded.filter((metric) => metric.name === name).map(({ value, dimensions }) => ({ value, dimensions }));

  it('measures what a fleet does, and does it as the engine would', async () => {
    const jobs = await seedFleet({ ...clock, engine });
    expect(jobs).toEqual(await harness.elsewhere.jobs.jobsOfEpoch(SEEDED_EPOCH));
    expect(valuesOf('JobsEnqueued')).toHaveLength(5);
    expect(valuesOf('EpochsOpened')).toHaveLength(1);
    expect(valuesOf('JobsProven').map(({ dimensions }) => dimensions)).toEqual([
      { circuit: 'PARITY_BASE' },
      { circuit: 'PARITY_ROOT' },
      { circuit: 'BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP' },
    ]);
    expect(valuesOf('JobProvingSeconds')[0]).toEqual({ value: 1.5, dimensions: { circuit: 'PARITY_BASE' } });
    expect(valuesOf('JobHeldSeconds')[0]).toEqual({ value: 2, dimensions: { circuit: 'PARITY_BASE' } });
    expect(valuesOf('AttemptsLost')).toEqual([{ value: 1, dimensions: { cause: 'out-of-memory' } }]);
    expect(valuesOf('JobsRejected')).toEqual([]);
  });

  it('does in another pool what is asked for another pool', async () => {
    const agent = AgentId.parse('agent-1');
    const job = await engine.jobs.record(aNewJob('TX_MERGE_ROLLUP'));
    const claim = await engine.jobs.claim(job.id, agent, 30, ['small']);
    if (claim.outcome !== 'claimed') throw new Error(claim.outcome);
    await engine.jobs.fail(claim.lease, 'out-of-memory', 'killed at 7 GiB', 'medium');
    await engine.queue.enqueue([messageOf(job)], 'medium');
    expect(valuesOf('JobsEnqueued')).toEqual([{ value: 1, dimensions: { pool: 'medium', lane: 'urgent' } }]);
    expect(await engine.queue.depths()).toMatchObject([{ pool: 'medium', waiting: 1 }]);
    expect((await engine.jobs.claim(job.id, agent, 30, ['small'])).outcome).toBe('moved');
  });

  it('counts a rejection when the budget is spent, and a job that was given back', async () => {
    const agent = AgentId.parse('agent-1');
    const job = await engine.jobs.record(aNewJob('PUBLIC_VM'));
    const first = await engine.jobs.claim(job.id, agent, 30);
    if (first.outcome !== 'claimed') throw new Error(first.outcome);
    await engine.jobs.release(first.lease);
    const second = await engine.jobs.claim(job.id, agent, 30);
    if (second.outcome !== 'claimed') throw new Error(second.outcome);
    await engine.jobs.fail(second.lease, 'failure', 'no');
    expect(recorded.map(({ name }) => name)).toEqual(['JobsReleased', 'AttemptsLost', 'JobsRejected']);
  });

  it('counts a job that a dead letter rejects, and one that its last lost agent does', async () => {
    const letters = await engine.jobs.record(aNewJob('PARITY_BASE'));
    await engine.jobs.reject(letters.id, 'its message is a dead letter');
    await engine.jobs.reject(letters.id, 'its message is a dead letter');
    const deadly = await engine.jobs.record(aNewJob('PUBLIC_VM'));
    for (let loss = 0; loss <= 5; loss += 1) {
      await engine.jobs.claim(deadly.id, AgentId.parse(`agent-${loss}`), 1);
      await harness.elapse(2);
    }
    expect(valuesOf('JobsRejected')).toEqual([
      { value: 1, dimensions: {} },
      { value: 1, dimensions: {} },
    ]);
  });

  it('measures once how an epoch goes on, however often it is said', async () => {
    await seedFleet({ ...clock, engine });
    const { rangeId } = (await engine.epochs.find(SEEDED_EPOCH))!;
    await engine.epochs.advance(SEEDED_EPOCH, rangeId, 'submitting');
    await harness.elapse(10);
    await engine.epochs.advance(SEEDED_EPOCH, rangeId, 'proven', { transactionHash: '0xfeed' });
    await engine.epochs.advance(SEEDED_EPOCH, rangeId, 'proven', { transactionHash: '0xfeed' });
    expect(valuesOf('EpochRootSeconds')).toEqual([{ value: 39, dimensions: {} }]);
    expect(valuesOf('WindowLeftSeconds')).toEqual([{ value: 561, dimensions: {} }]);
    expect(valuesOf('EpochsProven')).toHaveLength(1);
    expect(valuesOf('EpochProvenSeconds')).toEqual([{ value: 49, dimensions: {} }]);
  });

  it('passes on calls that no metric counts', async () => {
    const job = await engine.jobs.record(aNewJob('PARITY_BASE'));
    expect(await engine.jobs.reject(job.id, 'no')).toBe('rejected');
    expect(await engine.jobs.revive(job.id)).toBe(true);
    expect(await engine.queue.redrive()).toBe(0);
    expect(await engine.queue.depths(['medium'])).toEqual([]);
  });
});
