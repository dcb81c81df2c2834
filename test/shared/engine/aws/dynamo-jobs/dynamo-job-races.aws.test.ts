import { DeleteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { jobKey } from '../../../../../shared/engine/aws/dynamo/dynamo-table.ts';
import { LedgerBusyError } from '../../../../../shared/ledger/errors.ts';
import { type JobLease, type JobLedger, RangeId } from '../../../../../shared/ledger/job-ledger.ts';
import {
  ALICE,
  BOB,
  type DynamoJobHarness,
  LEASE_SECONDS,
  openDynamoJobHarness,
  proofOf,
  spiedClient,
} from './dynamo-job-harness.ts';
import { epochIdOf } from '../../../../../shared/proving-job/proving-job-id.ts';

/** Another process changes a job between two requests of one call. */
describe('the job ledger on DynamoDB, when a job changes under it', () => {
  let harness: DynamoJobHarness;
  let client: DynamoDBDocumentClient;
  let jobs: JobLedger;
  let meanwhile: Map<number, () => Promise<unknown>>;
  let calls: string[];
  beforeEach(async () => {
    harness = await openDynamoJobHarness();
    meanwhile = new Map();
    calls = [];
    client = spiedClient(harness.connection, async (name) => {
      calls.push(name);
      await meanwhile.get(calls.length)?.();
    });
    jobs = harness.over(client);
  });
  afterEach(async () => {
    client.destroy();
    await harness.close();
  });

  /** What happens before the call's request of that number, from 1. */
  function before(request: number, act: () => Promise<unknown>): void {
    meanwhile.set(request, act);
  }

  async function lostLease(): Promise<JobLease> {
    const lease = await harness.leased((await harness.recorded()).id);
    await harness.elapse(LEASE_SECONDS);
    return lease;
  }

  it('takes a queued job with one request', async () => {
    const { id } = await harness.recorded();
    await jobs.claim(id, BOB, LEASE_SECONDS);
    expect(calls).toEqual(['UpdateItemCommand']);
  });

  it('leaves a job with an agent that seemed lost and sends a heartbeat', async () => {
    const lease = await lostLease();
    before(2, () => harness.jobs.extend(lease, LEASE_SECONDS));
    expect(await jobs.claim(lease.jobId, BOB, LEASE_SECONDS)).toMatchObject({ outcome: 'held' });
    expect((await harness.jobs.find(lease.jobId))?.attempts['lost-agent']).toBe(0);
  });

  it('takes a job at no cost when an agent that seemed lost gives it back', async () => {
    const lease = await lostLease();
    before(2, () => harness.jobs.release(lease));
    const answer = await jobs.claim(lease.jobId, BOB, LEASE_SECONDS);
    expect(answer).toMatchObject({ outcome: 'claimed', lease: { token: 2 }, job: { attempts: { 'lost-agent': 0 } } });
  });

  it('charges an agent lost once when two others see it at the same time', async () => {
    const lease = await lostLease();
    before(2, () => harness.leased(lease.jobId, ALICE));
    expect(await jobs.claim(lease.jobId, BOB, LEASE_SECONDS)).toMatchObject({ outcome: 'held' });
    expect((await harness.jobs.find(lease.jobId))?.attempts['lost-agent']).toBe(1);
  });

  it('does not take a job that was proven meanwhile', async () => {
    const job = await harness.recorded();
    await harness.leased(job.id);
    await harness.elapse(LEASE_SECONDS);
    before(2, () => harness.jobs.markProven(proofOf(job, harness.nowMs())));
    expect(await jobs.claim(job.id, BOB, LEASE_SECONDS)).toEqual({ outcome: 'settled', state: 'proven' });
  });

  it('leaves a job queued that another node asks for again at the same time', async () => {
    const job = await harness.recorded();
    await harness.jobs.cancelEpoch(epochIdOf(job.id), 'reorged away');
    before(2, async () => {
      await harness.jobs.record(job);
      await harness.leased(job.id);
    });
    expect(await jobs.record({ ...job, rangeId: RangeId.parse('0xb2') })).toMatchObject({
      state: 'leased',
      rangeId: '0xb2',
    });
  });

  it('queues a job that is cancelled while another range takes it on', async () => {
    const job = await harness.recorded();
    before(2, () => harness.jobs.cancelEpoch(epochIdOf(job.id), 'reorged away'));
    const rangeId = RangeId.parse('0xb2');
    expect(await jobs.record({ ...job, rangeId })).toMatchObject({ state: 'queued', rangeId });
  });

  it('records a job again that expires while another range takes it on', async () => {
    const job = await harness.recorded();
    const { client: own, name: TableName } = harness.table;
    before(2, () => own.send(new DeleteCommand({ TableName, Key: jobKey(job.id) })));
    const rangeId = RangeId.parse('0xb2');
    expect(await jobs.record({ ...job, rangeId })).toMatchObject({ ...job, rangeId, state: 'queued' });
    expect((await harness.jobs.strandedJobs(0)).map(({ id }) => id)).toEqual([job.id]);
  });

  it('marks a job once that is named twice', async () => {
    const { id } = await harness.recorded();
    await jobs.markEnqueued([id, id]);
    expect(calls).toHaveLength(1);
  });

  it('cancels no job that was proven, or taken on by another range, after it was listed', async () => {
    const [proven, taken, left] = [await harness.recorded(), await harness.recorded(), await harness.recorded()];
    // Eight shards are asked, and then each of the three jobs is to be cancelled.
    let changed: Promise<unknown> | undefined;
    const change = async (): Promise<unknown> => {
      await harness.jobs.markProven(proofOf(proven, harness.nowMs()));
      return harness.jobs.record({ ...taken, rangeId: RangeId.parse('0xb2') });
    };
    for (const request of [9, 10, 11]) before(request, () => (changed ??= change()));
    expect(await jobs.cancelEpoch(epochIdOf(left.id), 'reorged away', RangeId.parse('0xb2'))).toBe(1);
    const states = await Promise.all([proven, taken, left].map(async ({ id }) => (await harness.jobs.find(id))?.state));
    expect(states).toEqual(['proven', 'queued', 'cancelled']);
  });

  it('marks a job as enqueued that is claimed and given back at that moment', async () => {
    const { id } = await harness.recorded();
    let lease: JobLease | undefined;
    before(1, async () => (lease = await harness.leased(id)));
    before(2, async () => lease && (await harness.jobs.release(lease)));
    await jobs.markEnqueued([id]);
    expect(calls).toHaveLength(3);
    expect((await harness.jobs.find(id))?.enqueuedAtMs).toBe(harness.nowMs());
    expect(await harness.jobs.strandedJobs(0)).toEqual([]);
  });

  it('decides nothing about a job that changes during every try, and reports it as busy', async () => {
    const { id } = await harness.recorded();
    let lease: JobLease | undefined;
    for (let request = 1; request <= 100; request++) {
      before(request, async () => {
        if (lease === undefined) {
          lease = await harness.leased(id);
        } else {
          await harness.jobs.release(lease);
          lease = undefined;
        }
      });
    }
    await expect(jobs.markEnqueued([id])).rejects.toBeInstanceOf(LedgerBusyError);
    expect(await harness.jobs.find(id)).not.toHaveProperty('enqueuedAtMs');
  });
});
