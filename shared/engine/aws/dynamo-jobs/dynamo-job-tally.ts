import { paginateQuery, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';

import type { CircuitTally, JobRecord, JobTally, RangeId } from '../../../ledger/job-ledger.ts';
import { tallyOf } from '../../../ledger/job-tally.ts';
import type { CircuitName } from '../../../proving-job/circuit-catalogue.ts';
import { Pool } from '../../../proving-job/circuit-family.ts';
import type { EpochId } from '../../../proving-job/epoch-id.ts';
import { mapBounded } from '../../../retry/map-bounded.ts';
import type { DynamoItem } from '../dynamo/dynamo-item.ts';
import { circuitPrefix, type DynamoTable, jobPartitions } from '../dynamo/dynamo-table.ts';
import { parseJobItem } from './dynamo-job-item.ts';
import { IN_SHARD, readPages } from './dynamo-job-reads.ts';
import { partsOf, STATES } from './dynamo-job-writes.ts';

/** Fewer than the sockets of the client, which the rest of the process needs as well. */
const QUERIES_AT_ONCE = 32;

/** A shard with fewer jobs is read whole: one query instead of one for each circuit. */
const FEW_JOBS = 100;

/**
 * Counts the jobs of each circuit where they are stored: DynamoDB filters, and returns a number. Per circuit and shard it
 * counts one kind after the other until every job is accounted for, the most frequent kinds first: a circuit that is done
 * takes one query, one with jobs under way three, and one more finds that there is such a circuit. An epoch of 100,000 jobs is some 60 MB, so that is 7,500 to 22,500 read units.
 *
 * Counters beside the jobs would have to change in the transaction of each arrow: twice the price of every write, on items
 * that hundreds of agents write to at the same time.
 */
export async function tallyJobs(
  table: DynamoTable,
  epochId: EpochId,
  rangeId: RangeId,
  fewJobs = FEW_JOBS,
): Promise<JobTally> {
  const partitions = jobPartitions(epochId);
  const shards = partitions.map((pk) => ({ table, pk, epochId }));
  const firsts = await Promise.all(shards.map((shard) => readAfter(shard, 'JOB#', fewJobs)));
  const records = firsts.flatMap(({ jobs }) => jobs);
  if (firsts.every(({ isAll }) => isAll)) return tallyOf(records, rangeId);
  const parts = await Promise.all(
    shards.map(async (shard, index) => {
      const samples = await sampleCircuits(shard, firsts[index]?.jobs ?? []);
      return samples.map(({ circuit, pool }) => ({ ...shard, circuit, rangeId, likelyPool: pool }));
    }),
  );
  const counted = await mapBounded(
    parts.flat(),
    QUERIES_AT_ONCE,
    async (part) => [part.circuit, await tallyPart(part)] as const,
  );
  const tally = new Map<CircuitName, CircuitTally>();
  for (const [circuit, part] of counted) {
    if (part !== undefined) tally.set(circuit, sumOf(tally.get(circuit), part));
  }
  return tally;
}

/** Some proven jobs of the circuit. Keys are digests, so those that come first are a random sample. */
export async function readSomeProven(
  table: DynamoTable,
  part: Omit<Part, 'table' | 'pk'>,
  most: number,
): Promise<readonly JobRecord[]> {
  const jobs: JobRecord[] = [];
  for (const pk of jobPartitions(part.epochId)) {
    const query = queryOf({ table, pk, ...part }, `${OF_RANGE} AND #state = :proven`);
    const { Items = [] } = await table.client.send(new QueryCommand({ ...query, Limit: most }));
    jobs.push(...recordsOf(table, Items));
    if (jobs.length >= most) break;
  }
  return jobs.slice(0, most);
}

/** One of the epoch's partitions. */
interface Shard {
  readonly table: DynamoTable;
  readonly pk: string;
  readonly epochId: EpochId;
}

/** The jobs of one circuit in one shard. */
interface Part extends Shard {
  readonly circuit: CircuitName;
  readonly rangeId: RangeId;
}

/** A part, with the pool that most of its jobs are likely to be in. */
interface CountedPart extends Part {
  readonly likelyPool: Pool;
}

const OF_RANGE = '#rangeId = :rangeId';

/**
 * A job of each circuit that the shard holds. Circuits are not taken from the catalogue, which need not know them: keys sort by
 * circuit, so a query from behind the last job of one finds the first of the next.
 * @param first the shard's first jobs
 */
async function sampleCircuits(shard: Shard, first: readonly JobRecord[]): Promise<readonly JobRecord[]> {
  const samples = new Map(first.map((job) => [job.circuit, job]));
  for (let last = first.at(-1); last !== undefined;) {
    const { jobs } = await readAfter(shard, `${circuitPrefix(shard.epochId, last.circuit)}${BEHIND_DIGESTS}`, 1);
    last = jobs[0];
    if (last !== undefined) samples.set(last.circuit, last);
  }
  return [...samples.values()];
}

/** Sorts behind every digest. */
const BEHIND_DIGESTS = '~';
const FROM_KEY = '#pk = :pk AND #sk > :after';

/** The first `limit` jobs of the shard whose keys sort behind `after`: a shard holds nothing but jobs. */
async function readAfter(
  { table, pk }: Shard,
  after: string,
  limit: number,
): Promise<{ readonly jobs: readonly JobRecord[]; readonly isAll: boolean }> {
  const { Items = [], LastEvaluatedKey } = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: FROM_KEY,
      ...partsOf([FROM_KEY], { pk, after }),
      Limit: limit,
    }),
  );
  return { jobs: recordsOf(table, Items), isAll: LastEvaluatedKey === undefined };
}

async function tallyPart(part: CountedPart): Promise<CircuitTally | undefined> {
  const { found: proven, jobs: all } = await count(part, '#state = :proven');
  let left = all - proven;
  const queued = new Map<Pool, number>();
  const countQueued = async (pool: Pool): Promise<void> => {
    if (left <= 0) return;
    const { found } = await count(part, '#state = :queued AND #pool = :pool', { pool });
    if (found > 0) queued.set(pool, found);
    left -= found;
  };
  await countQueued(part.likelyPool);
  const leased = left > 0 ? await readLeased(part) : [];
  left -= leased.length;
  for (const pool of Pool.options) if (pool !== part.likelyPool) await countQueued(pool);
  const rejected = left > 0 ? (await count(part, '#state = :rejected')).found : 0;
  const isEmpty = proven + rejected + queued.size + leased.length === 0;
  return isEmpty ? undefined : { proven, rejected, queued, leased };
}

/** Counts the range's jobs for which the filter holds, and the jobs of all ranges. */
async function count(
  part: Part,
  filter: string,
  values: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly found: number; readonly jobs: number }> {
  const query = queryOf(part, `${OF_RANGE} AND ${filter}`, values);
  let [found, jobs] = [0, 0];
  for await (const { Count = 0, ScannedCount = 0 } of paginateQuery(
    { client: part.table.client },
    { ...query, Select: 'COUNT' },
  )) {
    found += Count;
    jobs += ScannedCount;
  }
  return { found, jobs };
}

async function readLeased(part: Part): Promise<readonly JobRecord[]> {
  return recordsOf(part.table, await readPages(part.table, queryOf(part, `${OF_RANGE} AND #state = :leased`)));
}

function recordsOf(table: DynamoTable, items: readonly Readonly<Record<string, unknown>>[]): JobRecord[] {
  return items.map((item) => parseJobItem(table, item as DynamoItem).record);
}

function queryOf(
  { table, pk, epochId, circuit, rangeId }: Part,
  filter: string,
  values: Readonly<Record<string, unknown>> = {},
): QueryCommandInput {
  return {
    TableName: table.name,
    KeyConditionExpression: IN_SHARD,
    FilterExpression: filter,
    ...partsOf([IN_SHARD, filter], { ...STATES, ...values, rangeId, pk, prefix: circuitPrefix(epochId, circuit) }),
  };
}

function sumOf(known: CircuitTally | undefined, part: CircuitTally): CircuitTally {
  if (known === undefined) return part;
  const queued = new Map(known.queued);
  for (const [pool, jobs] of part.queued) queued.set(pool, (queued.get(pool) ?? 0) + jobs);
  return {
    proven: known.proven + part.proven,
    rejected: known.rejected + part.rejected,
    queued,
    leased: [...known.leased, ...part.leased],
  };
}
