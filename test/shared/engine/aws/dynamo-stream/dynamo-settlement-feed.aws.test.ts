import { CreateTableCommand, type StreamSpecification, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { DynamoJobLedger } from '../../../../../shared/engine/aws/dynamo-jobs/dynamo-job-ledger.ts';
import { DynamoSettlementFeed } from '../../../../../shared/engine/aws/dynamo-stream/dynamo-settlement-feed.ts';
import { DynamoTableStream } from '../../../../../shared/engine/aws/dynamo-stream/dynamo-stream.ts';
import type { DynamoTable } from '../../../../../shared/engine/aws/dynamo/dynamo-table.ts';
import { TableStreamMissingError } from '../../../../../shared/ledger/errors.ts';
import { DEFAULT_ATTEMPT_BUDGETS } from '../../../../../shared/ledger/job-ledger.ts';
import { aNewJob } from '../../../../contract/a-new-job.ts';
import { type DynamoLedgerHarness, openDynamoLedgerHarness } from '../dynamo/dynamo-ledger-harness.ts';
import { epochIdOf } from '../../../../../shared/proving-job/proving-job-id.ts';

const POLLING = { interval: 10 };
/** By how much DynamoDB's clock may differ from ours. */
const OTHER_CLOCK_MS = 60_000;

/** The requests to a stream; the logic that follows from its responses is tested on a fake. */
describe('DynamoTableStream', () => {
  let harness: DynamoLedgerHarness;
  let table: DynamoTable;
  let stream: DynamoTableStream;
  beforeEach(async () => {
    harness = await openDynamoLedgerHarness();
    table = harness.table;
    stream = new DynamoTableStream(table, harness.streams);
  });
  afterEach(() => harness.close());

  it('reads a settlement from the oldest, from the latest, and from behind a record', async () => {
    const [shard] = await stream.shards();
    expect(shard).toMatchObject({ isOpen: true, parentId: undefined });
    const latest = await stream.iterator(shard!.id, 'latest');
    const writtenAfterMs = Date.now();
    await cancelOne();
    const { records, next } = await stream.records(latest);
    expect(records.map(({ newImage }) => newImage?.['state']?.S)).toEqual(['queued', 'cancelled']);
    expect(records[1]?.oldImage?.['state']).toEqual({ S: 'queued' });
    expect(records[1]!.createdAtMs).toBeGreaterThan(writtenAfterMs - OTHER_CLOCK_MS);
    expect(records[1]!.createdAtMs).toBeLessThan(Date.now() + OTHER_CLOCK_MS);
    expect(await stream.records(next!)).toMatchObject({ records: [] });
    const oldest = await stream.iterator(shard!.id, 'oldest');
    expect((await stream.records(oldest)).records).toEqual(records);
    const behind = await stream.iterator(shard!.id, { after: records[0]!.sequence });
    expect((await stream.records(behind)).records).toEqual(records.slice(1));
  });

  it('looks up the name of the stream once, and again when that stream is gone', async () => {
    const asked = (): number => harness.proxy.requests.filter(({ operation }) => operation === 'DescribeTable').length;
    const [shard] = await stream.shards();
    await stream.shards();
    await stream.iterator(shard!.id, 'latest');
    expect(asked()).toBe(1);
    const answer = { __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException' };
    harness.proxy.interfere('DescribeStream', { status: 400, answer });
    await expect(stream.shards()).rejects.toThrow();
    await stream.shards();
    expect(asked()).toBe(2);
  });

  it('lists all shards of a stream, even if one response cannot hold them', async () => {
    const closed = { ShardId: 'old', SequenceNumberRange: { StartingSequenceNumber: '1', EndingSequenceNumber: '2' } };
    harness.proxy.interfere('DescribeStream', {
      changeAnswer: () => ({ StreamDescription: { Shards: [closed], LastEvaluatedShardId: 'old' } }),
    });
    expect(await stream.shards()).toMatchObject([{ id: 'old', isOpen: false }, { isOpen: true }]);
    expect(harness.proxy.requests.at(-1)?.body).toMatchObject({ ExclusiveStartShardId: 'old' });
  });

  it('reports a stream without images', async () => {
    await openTableWith({ StreamEnabled: true, StreamViewType: 'KEYS_ONLY' });
    await expect(stream.shards()).rejects.toBeInstanceOf(TableStreamMissingError);
  });

  it('reports a table without a stream, and follows it as soon as it has one', async () => {
    await openTableWith({ StreamEnabled: false });
    await expect(stream.shards()).rejects.toBeInstanceOf(TableStreamMissingError);
    const troubles: unknown[] = [];
    const heard: string[] = [];
    const feed = new DynamoSettlementFeed(stream, (error) => troubles.push(error));
    const unsubscribe = feed.subscribe(({ jobId }) => heard.push(jobId));
    await expect.poll(() => troubles, POLLING).toEqual([expect.any(TableStreamMissingError)]);
    const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } as const;
    await table.client.send(new UpdateTableCommand({ TableName: table.name, StreamSpecification }));
    const jobId = await cancelOne();
    await expect.poll(() => heard, POLLING).toContain(jobId);
    unsubscribe();
  });

  async function cancelOne(): Promise<string> {
    const jobs = new DynamoJobLedger(table, { budgets: DEFAULT_ATTEMPT_BUDGETS, nowMs: () => harness.nowMs() });
    const job = aNewJob();
    await jobs.record(job);
    await jobs.cancelEpoch(epochIdOf(job.id), 'window closed');
    return job.id;
  }

  async function openTableWith(StreamSpecification: StreamSpecification): Promise<void> {
    table = { ...table, name: `${table.name}-without-stream` };
    await table.client.send(
      new CreateTableCommand({
        TableName: table.name,
        StreamSpecification,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      }),
    );
    stream = new DynamoTableStream(table, harness.streams);
  }
});
