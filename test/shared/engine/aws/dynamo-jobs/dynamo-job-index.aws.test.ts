import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { jobKey } from '../../../../../shared/engine/aws/dynamo/dynamo-table.ts';
import { UnreadableItemError } from '../../../../../shared/ledger/errors.ts';
import { inputsKey, outputsKey, ProofKey } from '../../../../../shared/proof-store/proof-store.ts';
import { epochIdOf, sha256Of } from '../../../../../shared/proving-job/proving-job-id.ts';
import { aNewJob } from '../../../../contract/a-new-job.ts';
import {
  type DynamoJobHarness,
  LEASE_SECONDS,
  openDynamoJobHarness,
  proofOf,
  spiedClient,
} from './dynamo-job-harness.ts';
import { epochId } from '../../../../fixtures/epoch-id.ts';

/** The contents of a job's item, and what the sweeper finds by them. */
describe('the job ledger on DynamoDB', () => {
  let harness: DynamoJobHarness;
  beforeEach(async () => {
    harness = await openDynamoJobHarness();
  });
  afterEach(() => harness.close());

  const dueAtMs = async (job: {
    readonly id: Parameters<DynamoJobHarness['itemOf']>[0];
  }): Promise<number | undefined> => {
    const { openShard, dueAtMs: due } = await harness.itemOf(job.id);
    expect(openShard === undefined).toBe(due === undefined);
    return due?.N === undefined ? undefined : Number(due.N);
  };

  describe('keeps a job in the index of open jobs', () => {
    it('due at once when recorded, when its message is too old, or at the end that the claim gave its lease', async () => {
      const job = await harness.recorded();
      expect(await dueAtMs(job)).toBe(0);
      await harness.jobs.markEnqueued([job.id]);
      const enqueuedAtMs = harness.nowMs();
      expect(await dueAtMs(job)).toBe(enqueuedAtMs);
      await harness.elapse(1);
      const lease = await harness.leased(job.id);
      expect(await dueAtMs(job)).toBe(lease.expiresAtMs);
      await harness.elapse(1);
      await harness.jobs.extend(lease, LEASE_SECONDS);
      expect(await dueAtMs(job)).toBe(lease.expiresAtMs);
      await harness.jobs.release(lease);
      expect(await dueAtMs(job)).toBe(enqueuedAtMs);
      await harness.jobs.fail(await harness.leased(job.id), 'failure', 'bb exited with 1');
      expect(await dueAtMs(job)).toBe(enqueuedAtMs);
    });

    it('until it is proven, rejected or cancelled, and again when it is reopened, revived or asked for anew', async () => {
      const [proven, rejected, cancelled] = [
        await harness.recorded(),
        await harness.recorded(),
        await harness.recorded(),
      ];
      const failed = await harness.recorded(aNewJob('PARITY_BASE', { epochId: epochId(8) }));
      await harness.jobs.markProven(proofOf(proven, harness.nowMs()));
      await harness.jobs.reject(rejected.id, 'a dead letter');
      await harness.jobs.cancelEpoch(epochIdOf(cancelled.id), 'window closed');
      await harness.jobs.fail(await harness.leased(failed.id), 'time-out', 'took 3 hours');
      for (const job of [proven, rejected, cancelled, failed]) expect(await dueAtMs(job)).toBeUndefined();
      await harness.jobs.reopen({ id: proven.id, settledAtMs: harness.nowMs() }, 'the store has lost it');
      await harness.jobs.revive(rejected.id);
      await harness.jobs.record(cancelled);
      await harness.jobs.reviveRejected(epochIdOf(failed.id), failed.rangeId);
      for (const job of [proven, rejected, cancelled, failed]) expect(await dueAtMs(job)).toBe(0);
    });

    it('and checks again: a job with heartbeats is not stranded', async () => {
      const lease = await harness.leased((await harness.recorded()).id);
      await harness.elapse(LEASE_SECONDS - 1);
      await harness.jobs.extend(lease, LEASE_SECONDS);
      await harness.elapse(2);
      expect(await harness.jobs.strandedJobs(0)).toEqual([]);
    });
  });

  describe('marks as enqueued', () => {
    it('many jobs, named twice or not at all in the ledger, and no other', async () => {
      const jobs = await Promise.all(Array.from({ length: 40 }, () => harness.recorded()));
      const ids = jobs.map(({ id }) => id);
      const left = await harness.recorded();
      const { id: unknown } = aNewJob();
      await harness.jobs.markEnqueued([...ids, ...ids, unknown]);
      expect((await harness.jobs.strandedJobs(0)).map(({ id }) => id)).toEqual([left.id]);
      expect(await harness.jobs.find(unknown)).toBeUndefined();
    });

    it('nothing that was settled in the meantime', async () => {
      const job = await harness.recorded();
      await harness.jobs.markProven(proofOf(job, harness.nowMs()));
      const before = await harness.itemOf(job.id);
      await harness.jobs.markEnqueued([job.id]);
      expect(await harness.itemOf(job.id)).toEqual(before);
    });

    it('a job that was claimed first, which stays due at the end of its lease', async () => {
      const lease = await harness.leased((await harness.recorded()).id);
      await harness.jobs.markEnqueued([lease.jobId]);
      expect(await dueAtMs({ id: lease.jobId })).toBe(lease.expiresAtMs);
      expect((await harness.jobs.find(lease.jobId))?.enqueuedAtMs).toBe(harness.nowMs());
    });
  });

  it('finds more stranded jobs than a batch can hold, oldest epoch first', async () => {
    const eighth = epochId(8);
    const later = await Promise.all(
      Array.from({ length: 60 }, () => harness.recorded(aNewJob('PARITY_BASE', { epochId: eighth }))),
    );
    const sooner = await Promise.all(Array.from({ length: 60 }, () => harness.recorded()));
    const ids = (jobs: readonly { readonly id: string }[]): string[] => jobs.map(({ id }) => id).toSorted();
    expect((await harness.jobs.strandedJobs(0)).map(({ id }) => id)).toEqual([...ids(sooner), ...ids(later)]);
  });

  it('asks again for the jobs that DynamoDB leaves unread in a batch', async () => {
    const jobs = await Promise.all(Array.from({ length: 3 }, () => harness.recorded()));
    const asked: number[] = [];
    const client = spiedClient(harness.connection, async () => undefined);
    client.middlewareStack.add(
      (next, context) => async (args) => {
        if (context['commandName'] !== 'BatchGetItemCommand') return await next(args);
        const input = args.input as { RequestItems: Record<string, { Keys: unknown[]; ConsistentRead?: boolean }> };
        const [table, request] = Object.entries(input.RequestItems)[0] ?? expect.fail();
        asked.push(request.Keys.length);
        const [first, ...left] = request.Keys;
        const done = { ...input, RequestItems: { [table]: { ...request, Keys: [first] } } };
        const answer = await next({ ...args, input: done });
        const unread = left.length === 0 ? {} : { [table]: { ...request, Keys: left } };
        return { ...answer, output: { ...answer.output, UnprocessedKeys: unread } };
      },
      { step: 'initialize', priority: 'low' },
    );
    const stranded = await harness.over(client).strandedJobs(0);
    expect(stranded.map(({ id }) => id).toSorted()).toEqual(jobs.map(({ id }) => id).toSorted());
    expect(asked).toEqual([3, 2, 1]);
    client.destroy();
  });

  it('lists an epoch, and finds stranded jobs, that take several pages', async () => {
    const jobs = await Promise.all(Array.from({ length: 24 }, () => harness.recorded()));
    let pages = 0;
    const client = spiedClient(harness.connection, async () => undefined);
    client.middlewareStack.add(
      (next, context) => async (args) => {
        if (context['commandName'] !== 'QueryCommand') return await next(args);
        pages += 1;
        return await next({ ...args, input: { ...args.input, Limit: 2 } });
      },
      { step: 'initialize', priority: 'low' },
    );
    const ids = jobs.map(({ id }) => id).toSorted();
    const paged = harness.over(client);
    expect((await paged.jobsOfEpoch(epochId(7))).map(({ id }) => id)).toEqual(ids);
    expect((await paged.strandedJobs(0)).map(({ id }) => id)).toEqual(ids);
    expect(pages).toBeGreaterThan(2 * 8);
    client.destroy();
  });

  it('remembers objects that are not where or what their job says', async () => {
    const sha256 = sha256Of(new TextEncoder().encode('other inputs'));
    const inputs = { key: ProofKey.parse('inputs/PARITY_BASE/elsewhere'), sha256, sizeBytes: 12 };
    const job = await harness.recorded({ ...aNewJob(), inputs });
    const report = proofOf(job, harness.nowMs());
    const proof = { ...report.proof, key: ProofKey.parse('outputs/PARITY_BASE/elsewhere.json') };
    await harness.jobs.markProven({ ...report, proof });
    expect(await harness.jobs.find(job.id)).toMatchObject({ inputs, proof });
    await harness.jobs.reopen({ id: job.id, settledAtMs: harness.nowMs() }, 'the store has lost it');
    await harness.jobs.markProven(report);
    expect((await harness.jobs.find(job.id))?.proof?.key).toBe(outputsKey(job.circuit, job.id));
    expect((await harness.jobs.find(job.id))?.inputs.key).not.toBe(inputsKey(job.circuit, job.id));
  });

  it('lets a job expire two weeks after it was last requested', async () => {
    const job = await harness.recorded();
    const { expiresAtSeconds } = await harness.itemOf(job.id);
    expect(Number(expiresAtSeconds?.N)).toBe(Math.floor(harness.nowMs() / 1000) + 14 * 24 * 3600);
  });

  it.each([
    ['a state that it does not know', 'SET #attribute = :value', 'state', 'pending'],
    ['no pool', 'REMOVE #attribute', 'pool', undefined],
    ['a lease without an end', 'REMOVE #attribute', 'leaseEndsAtMs', undefined],
  ])('names an item that it cannot read, and what to do, when the item has %s', async (_, update, attribute, value) => {
    const job = await harness.recorded();
    await harness.leased(job.id);
    const { client, name } = harness.table;
    await client.send(
      new UpdateCommand({
        TableName: name,
        Key: jobKey(job.id),
        UpdateExpression: update,
        ExpressionAttributeNames: { '#attribute': attribute },
        ...(value !== undefined && { ExpressionAttributeValues: { ':value': value } }),
      }),
    );
    const other = await harness.recorded();
    await harness.elapse(1_000);
    expect((await harness.jobs.strandedJobs(60)).map(({ id }) => id)).toEqual([other.id]);
    for (const read of [() => harness.jobs.find(job.id), () => harness.jobs.jobsOfEpoch(epochIdOf(job.id))]) {
      const error: unknown = await read().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(UnreadableItemError);
      expect(error).toMatchObject({ ...jobKey(job.id), message: expect.stringContaining(job.id) as string });
    }
  });
});
