import { BatchGetCommand, paginateQuery, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';

import { OPEN_JOBS_INDEX } from '../aws-resource-names.ts';
import type { EpochId } from '../../../proving-job/epoch-id.ts';
import type { ProvingJobId } from '../../../proving-job/proving-job-id.ts';
import { type DynamoItem, getItem } from '../dynamo/dynamo-item.ts';
import { parseJobItem, parseOpenJob, type StoredJob } from './dynamo-job-item.ts';
import { partsOf, STATES } from './dynamo-job-writes.ts';
import { type DynamoTable, type ItemKey, jobKey, jobPartitions, openShards } from '../dynamo/dynamo-table.ts';
import { UnreadableItemError } from '../../../ledger/errors.ts';
import type { UnreadableRecords } from '../../unreadable-records.ts';
import type { JobRecord, OpenJob } from '../../../ledger/job-ledger.ts';
import { type Backoff, backoffMs } from '../../../retry/backoff.ts';
import { mapBounded } from '../../../retry/map-bounded.ts';
import { pause } from '../../../retry/pause.ts';

/** DynamoDB's own limit. */
const BATCH_KEYS = 100;
const BATCHES_AT_ONCE = 4;
/** For keys that a batch left unread: throttling passes within seconds, or the caller waits longer. */
const BATCH_TRIES = 8;
const BATCH_BACKOFF: Backoff = { firstMs: 100, longestMs: 2_000, jitter: 0.5 };

export async function readJob(table: DynamoTable, jobId: ProvingJobId): Promise<StoredJob | undefined> {
  const item = await getItem(table, jobKey(jobId));
  return item && parseJobItem(table, item);
}

/** The jobs of a partition whose sort keys begin with a prefix. */
export const IN_SHARD = '#pk = :pk AND begins_with(#sk, :prefix)';

/**
 * The epoch's jobs for which `filter` holds, in no order: every shard is read at the same time, page by page.
 * Strongly consistent, because cancelling, reviving and quarantining rely on it; that doubles a price of $0.0001 for 10,000
 * jobs.
 */
export async function readJobsOfEpoch(
  table: DynamoTable,
  epochId: EpochId,
  filter?: string,
  values: Readonly<Record<string, unknown>> = {},
): Promise<JobRecord[]> {
  const shards = jobPartitions(epochId).map(async (pk) => {
    const items = await readPages(table, {
      KeyConditionExpression: IN_SHARD,
      FilterExpression: filter,
      ...partsOf([IN_SHARD, filter ?? ''], { ...STATES, ...values, pk, prefix: 'JOB#' }),
      ConsistentRead: true,
    });
    return items.map((item) => parseJobItem(table, item).record);
  });
  return (await Promise.all(shards)).flat();
}

/** The epoch's open jobs, from the index, whose entries are a fifth the size of the items. */
export async function readOpenJobs(table: DynamoTable, epochId: EpochId): Promise<OpenJob[]> {
  const shards = openShards().map((shard) =>
    readPages(table, {
      IndexName: OPEN_JOBS_INDEX,
      KeyConditionExpression: 'openShard = :shard',
      ExpressionAttributeValues: { ':shard': shard },
    }),
  );
  const ofEpoch = (await Promise.all(shards)).flat().filter(({ sk }) => sk.startsWith(`JOB#${epochId}:`));
  return ofEpoch.map((entry) => parseOpenJob(table, entry));
}

/** Jobs in the index that are due before the time, some at a time, as they are now: the index is late, and does not see heartbeats. */
export async function* readJobsDueBefore(
  table: DynamoTable,
  timeMs: number,
  unreadable: UnreadableRecords,
): AsyncGenerator<readonly JobRecord[]> {
  // An item that moves in the index while it is read can appear twice, and a batch must name each key once.
  const seen = new Set<string>();
  let unread: ItemKey[] = [];
  for (const shard of openShards()) {
    const query = {
      TableName: table.name,
      IndexName: OPEN_JOBS_INDEX,
      KeyConditionExpression: 'openShard = :shard AND dueAtMs < :timeMs',
      ExpressionAttributeValues: { ':shard': shard, ':timeMs': timeMs },
    };
    for await (const { Items = [] } of paginateQuery({ client: table.client }, query)) {
      const found = (Items as DynamoItem[]).filter(({ sk }) => !seen.has(sk));
      for (const { pk, sk } of found) {
        seen.add(sk);
        unread.push({ pk, sk });
      }
      if (unread.length < BATCH_KEYS * BATCHES_AT_ONCE) continue;
      yield await readBatches(table, unread, unreadable);
      unread = [];
    }
  }
  if (unread.length > 0) yield await readBatches(table, unread, unreadable);
}

async function readBatches(
  table: DynamoTable,
  keys: readonly ItemKey[],
  unreadable: UnreadableRecords,
): Promise<JobRecord[]> {
  const batches = Array.from({ length: Math.ceil(keys.length / BATCH_KEYS) }, (_, index) =>
    keys.slice(index * BATCH_KEYS, (index + 1) * BATCH_KEYS),
  );
  return (await mapBounded(batches, BATCHES_AT_ONCE, (batch) => readBatch(table, batch, unreadable))).flat();
}

async function readBatch(
  table: DynamoTable,
  keys: readonly ItemKey[],
  unreadable: UnreadableRecords,
): Promise<JobRecord[]> {
  const records: JobRecord[] = [];
  let left: Record<string, unknown>[] = keys.map((key) => ({ ...key }));
  for (let tries = 1; ; tries++) {
    const { Responses, UnprocessedKeys } = await table.client.send(
      new BatchGetCommand({ RequestItems: { [table.name]: { Keys: left, ConsistentRead: true } } }),
    );
    for (const item of (Responses?.[table.name] ?? []) as DynamoItem[]) {
      try {
        records.push(parseJobItem(table, item).record);
      } catch (error) {
        // One damaged job must not keep the messages of all others from being sent.
        if (!(error instanceof UnreadableItemError)) throw error;
        unreadable.leaveOut(`job ${item.sk.replace('JOB#', '')}`, error);
      }
    }
    left = UnprocessedKeys?.[table.name]?.Keys ?? [];
    if (left.length === 0) return records;
    if (tries === BATCH_TRIES) {
      throw new Error(
        `DynamoDB left ${left.length} jobs of table ${table.name} unread ${tries} times: it throttles the table, try again later`,
      );
    }
    await pause(backoffMs(tries, BATCH_BACKOFF));
  }
}

/** Every item that the query finds. */
export async function readPages(
  table: DynamoTable,
  query: Omit<QueryCommandInput, 'TableName'>,
): Promise<DynamoItem[]> {
  const items: DynamoItem[] = [];
  for await (const { Items } of paginateQuery({ client: table.client }, { TableName: table.name, ...query })) {
    items.push(...((Items ?? []) as DynamoItem[]));
  }
  return items;
}
