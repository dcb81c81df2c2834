import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

import { LEDGER_KEPT_SECONDS } from '../../../ledger/kept-seconds.ts';
import type { CircuitName } from '../../../proving-job/circuit-catalogue.ts';
import type { EpochId } from '../../../proving-job/epoch-id.ts';
import { makeProvingJobId, parseProvingJobId, ProvingJobId, Sha256 } from '../../../proving-job/proving-job-id.ts';

/**
 * The ledger's one table. Partition key `pk`, sort key `sk`, both strings; on demand; its stream has new and old images.
 *
 * | item           | pk                          | sk                       | how it is reached                                    |
 * | -------------- | --------------------------- | ------------------------ | ---------------------------------------------------- |
 * | job, tree node | `EPOCH#<epochId>#<shard>`   | `JOB#<jobId>`            | by id: GetItem; an epoch's: a Query of each shard    |
 * | (open jobs)    | index `open-jobs`: `openShard` `OPEN#<shard>`, `dueAtMs`| a sweep: a Query of each shard up to a time          |
 * | epoch          | `EPOCHS#<rollupId>`         | `EPOCH#<epoch, padded>`  | by id: GetItem                                       |
 * | its opening    | `OPENINGS#<rollups, trials>`| `<openedAtMs>#<epoch>#<epochId>`| the newest: a Query backwards                 |
 * | root           | `ROOTS`                     | `ROOT#<epochId>`         | by id: GetItem                                       |
 * | open roots     | `ROOTS`                     | `OPEN-ROOTS`             | GetItem: the epochs of all roots that wait for L1    |
 * | agent          | `AGENTS#<hour>`             | `AGENT#<agentId>`        | seen lately: a Query of each of the last hours       |
 * | incident       | `INCIDENTS`                 | `<atMs, padded>#<random>`| the newest: a Query backwards                        |
 * | decision       | `DECISIONS#<kind>`          | `<atMs, padded>#<random>`| the newest of a kind: a Query backwards              |
 * | Spot event     | `SPOT-EVENTS`               | `<atMs, padded>#<subject>`| the last minutes': a Query from a time on           |
 * | dead letter    | `DEAD-LETTERS`              | `<parkedAtMs>#<messageId>`| all of them: a Query                                |
 * | note           | `NOTES`                     | the program's name       | GetItem: what a function remembers of its last run   |
 *
 * Of an epoch that an earlier version opened, the id is its number: its item is under `EPOCHS` and has no opening, its root is
 * under `ROOT#<epoch, padded>` and its open root in the item `OPEN`. All of them expire.
 *
 * Reads that decide something are strongly consistent. The index serves programs that check each job it names: the
 * sweeper, and the node when it reconciles. Nothing scans. Finished items expire by `expiresAtSeconds`, lazily, so readers do
 * not rely on their absence.
 */
export interface DynamoTable {
  readonly client: DynamoDBDocumentClient;
  readonly name: string;
}

export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/** One partition takes 1,000 writes a second; with 8 shards an epoch's jobs can be recorded and proven at 8,000. */
export const JOB_SHARDS = 8;
const ANY_SHA256 = Sha256.parse('0'.repeat(64));

export function jobKey(jobId: ProvingJobId): ItemKey {
  const { epochId, inputsSha256 } = parseProvingJobId(jobId);
  return { pk: jobPartition(epochId, shardOf(inputsSha256)), sk: `JOB#${jobId}` };
}

/** The job of the item under the key. @throws {z.ZodError} when the item is not a job */
export function jobIdOf({ sk }: Pick<ItemKey, 'sk'>): ProvingJobId {
  return ProvingJobId.parse(sk.replace(/^JOB#/, ''));
}

/** What the sort keys of all jobs of the circuit begin with, and no others. */
export function circuitPrefix(epochId: EpochId, circuit: CircuitName): string {
  const { sk } = jobKey(makeProvingJobId(epochId, circuit, ANY_SHA256));
  return sk.slice(0, -ANY_SHA256.length);
}

/** Every partition that holds jobs of the epoch. */
export function jobPartitions(epochId: EpochId): readonly string[] {
  return Array.from({ length: JOB_SHARDS }, (_, shard) => jobPartition(epochId, shard));
}

/** The index's partition for a job: an epoch's jobs spread over all of them. */
export function openShard(jobId: ProvingJobId): string {
  return `OPEN#${shardOf(parseProvingJobId(jobId).inputsSha256)}`;
}

export function openShards(): readonly string[] {
  return Array.from({ length: JOB_SHARDS }, (_, shard) => `OPEN#${shard}`);
}

/** A number as text of fixed length, which sorts by its value. */
export function padded(value: number): string {
  return String(value).padStart(16, '0');
}

export function expiresAtSeconds(nowMs: number): number {
  return Math.floor(nowMs / 1000) + LEDGER_KEPT_SECONDS;
}

function jobPartition(epochId: EpochId, shard: number): string {
  return `EPOCH#${epochId}#${shard}`;
}

function shardOf(inputsSha256: string): number {
  return parseInt(inputsSha256.slice(0, 4), 16) % JOB_SHARDS;
}
