import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { marshall } from '@aws-sdk/util-dynamodb';

import { newJobItem } from '../../../shared/engine/aws/dynamo-jobs/dynamo-job-item.ts';
import { epochOfJobs, jobsOf } from './epoch-of-jobs.ts';

/**
 * As much of DynamoDB as reading the jobs of epochs takes, in memory and on loopback: queries by the beginning of a key and
 * of the keys behind one, filters of equal attributes, counts, limits, and pages of 1 MB. Every response takes `ANSWER_MS`.
 *
 *     node fake-dynamo.ts JOBS ANSWER_MS OPEN_EPOCH,… ENDED_EPOCH,…
 *
 * Sends its port to the process that forked it. Of an open epoch half the jobs are proven, some are leased, and the others
 * wait; of an ended one all are proven.
 */
type Item = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
interface Query {
  readonly KeyConditionExpression: string;
  readonly FilterExpression?: string;
  readonly ExpressionAttributeNames: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues: Item;
  readonly ExclusiveStartKey?: Item;
  readonly Limit?: number;
  readonly Select?: string;
}

const PAGE_BYTES = 2 ** 20;
/** DynamoDB counts no syntax, which is about a fifth of an item in JSON. */
const BYTES_OF_JSON = 0.8;
const LEASED = 400;
const LEASE_MS = 3_600_000;

const [jobs, answerMs, open, ended] = process.argv.slice(2);
const nowMs = Date.now();
const partitions = new Map<string, { readonly sk: string; readonly item: Item; readonly bytes: number }[]>();
for (const [numbers = '', isOpen] of [[open, true] as const, [ended, false] as const]) {
  for (const number of numbers.split(',').filter(Boolean)) addEpoch(Number(number), isOpen);
}
for (const items of partitions.values()) items.sort((a, b) => (a.sk < b.sk ? -1 : 1));

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const answered = JSON.stringify(answer(JSON.parse(Buffer.concat(parts).toString()) as Query));
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    setTimeout(() => response.end(answered), Number(answerMs));
  });
});
server.keepAliveTimeout = 3_600_000;
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit(0));

function addEpoch(number: number, isOpen: boolean): void {
  let leased = 0;
  for (const [index, job] of [...jobsOf(epochOfJobs(number, Number(jobs), nowMs))].entries()) {
    const { dueAtMs, openShard, ...item } = newJobItem(job, nowMs - 600_000);
    const isProven = !isOpen || index % 2 === 0;
    const held = { token: 1, agent: 'ip-10-0-12-34.eu-central-1.compute.internal-1234', claimedAtMs: nowMs - 30_000 };
    let state: Readonly<Record<string, unknown>> = { dueAtMs, openShard };
    if (isProven) {
      const proof = { proofBytes: 54_321, proofSha256: job.inputs.sha256, provingMs: 16_400 };
      state = { ...held, ...proof, state: 'proven', settledAtMs: nowMs - 10_000 };
    } else if (leased++ < LEASED) state = { ...state, ...held, state: 'leased', leaseEndsAtMs: nowMs + LEASE_MS };
    const marshalled = marshall({ ...item, ...state }, { removeUndefinedValues: true }) as unknown as Item;
    const items = partitions.get(item.pk) ?? [];
    partitions.set(item.pk, items);
    items.push({ sk: item.sk, item: marshalled, bytes: JSON.stringify(marshalled).length * BYTES_OF_JSON });
  }
}

function answer(query: Query): unknown {
  const { ExpressionAttributeValues: values, FilterExpression: filter = '', Limit = Infinity } = query;
  const items = partitions.get(textOf(values[':pk'])) ?? [];
  const prefix = textOf(values[':prefix']);
  // Either excludes the key itself.
  const after = textOf(query.ExclusiveStartKey?.['sk'] ?? values[':after']);
  const conditions = filter.split(' AND ').filter(Boolean).map(conditionOf(query));
  const found: Item[] = [];
  let [scanned, bytes] = [0, 0];
  let lastKey: Item | undefined;
  for (let index = firstFrom(items, after > prefix ? after : prefix); index < items.length; index += 1) {
    const { sk, item, bytes: size } = items[index]!;
    if (sk === after) continue;
    if (!sk.startsWith(prefix)) break;
    if (scanned === Limit || bytes + size > PAGE_BYTES) {
      const { pk, sk: last } = items[index - 1]!.item;
      lastKey = { pk: pk!, sk: last! };
      break;
    }
    scanned += 1;
    bytes += size;
    if (conditions.every((holds) => holds(item))) found.push(item);
  }
  return {
    Count: found.length,
    ScannedCount: scanned,
    ...(query.Select !== 'COUNT' && { Items: found }),
    ...(lastKey && { LastEvaluatedKey: lastKey }),
  };
}

/** `#name = :value` */
function conditionOf(query: Query): (condition: string) => (item: Item) => boolean {
  return (condition) => {
    const [, name = '', value = ''] = /^(#\w+) = (:\w+)$/.exec(condition) ?? [];
    const attribute = query.ExpressionAttributeNames[name];
    if (attribute === undefined) throw new Error(`the bench knows no condition ${condition}`);
    const wanted = textOf(query.ExpressionAttributeValues[value]);
    return (item) => textOf(item[attribute]) === wanted;
  };
}

function firstFrom(items: readonly { readonly sk: string }[], sk: string): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (items[middle]!.sk < sk) low = middle + 1;
    else high = middle;
  }
  return low;
}

function textOf(value: Readonly<Record<string, unknown>> | undefined): string {
  return typeof value?.['S'] === 'string' ? value['S'] : '';
}
