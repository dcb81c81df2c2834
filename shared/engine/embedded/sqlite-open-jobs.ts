import { setImmediate as letOthersRun } from 'node:timers/promises';

import { type JobRecord, JobRecord as JobRecordSchema, type OpenJob } from '../../ledger/job-ledger.ts';
import { EpochId } from '../../proving-job/epoch-id.ts';
import { parseJobRow } from './job-row.ts';
import type { UnreadableRecords } from '../unreadable-records.ts';
import { type ClockReading, latestEndMs, type MachineClock, readClock } from './machine-clock.ts';
import type { SqliteDatabase, SqliteRow } from './sqlite-database.ts';

/** Jobs of one statement: it takes some milliseconds, in which its process can do nothing else. */
const PORTION = 500;

/** For the `where` of a statement about jobs. */
export const IS_OPEN = `state in ('queued', 'leased')`;

const OpenJobRow = JobRecordSchema.pick({ id: true });

/** The open jobs of the epoch with a `sequence` above `after`, up to and including `last`. */
interface Portion {
  readonly epochId: EpochId;
  readonly after: number;
  readonly last: number;
}

/**
 * Divides the epoch's open jobs into portions, by their order in the table: each job is in one portion, whatever becomes of
 * those before it. Others have their turn between two portions.
 */
export async function* openPortions(database: SqliteDatabase, epochId: EpochId): AsyncGenerator<Portion> {
  for (let after = 0; ;) {
    const last = database.get(
      `select max(sequence) as last
       from (select sequence from jobs where epoch_id = ? and ${IS_OPEN} and sequence > ? order by sequence limit ${PORTION})`,
      epochId,
      after,
    )?.['last'];
    if (typeof last !== 'number') return;
    yield { epochId, after, last };
    after = last;
    await letOthersRun();
  }
}

export async function readOpenJobs(database: SqliteDatabase, epochId: EpochId): Promise<readonly OpenJob[]> {
  const jobs: OpenJob[] = [];
  for await (const { after, last } of openPortions(database, epochId)) {
    const rows = database.all(
      `select id, attempts ->> 'corrupt-inputs' as corrupt_inputs from jobs
       where epoch_id = ? and ${IS_OPEN} and sequence > ? and sequence <= ?`,
      epochId,
      after,
      last,
    );
    for (const { id, corrupt_inputs: losses } of rows) {
      jobs.push({ ...OpenJobRow.parse({ id }), corruptInputs: Number(losses) });
    }
  }
  return jobs;
}

export interface StrandedJobs {
  readonly olderThanSeconds: number;
  readonly leaseMs: number;
  readonly most: number;
  readonly clock: MachineClock;
  readonly unreadable: UnreadableRecords;
}

/** Leaves out jobs that have a message in their pool: it is claimed, or visible again when its lease ends. */
export async function readStrandedJobs(
  database: SqliteDatabase,
  { olderThanSeconds, leaseMs, most, clock, unreadable }: StrandedJobs,
): Promise<readonly JobRecord[]> {
  const found: { readonly sequence: number; readonly job: JobRecord }[] = [];
  for (const epochId of openEpochs(database)) {
    for await (const { after, last } of openPortions(database, epochId)) {
      const at = readClock(clock);
      const rows = database.all(
        `select * from jobs
         where epoch_id = ? and ${IS_OPEN} and sequence > ? and sequence <= ?
           and not coalesce(iif(state = 'leased', lease_expires_steady_ms,
             iif(enqueued_at_ms is null, null, enqueued_steady_ms)) between ? and ?, false)
           and not exists (select 1 from messages where job_id = jobs.id and pool = jobs.pool)
         order by sequence`,
        epochId,
        after,
        last,
        at.steadyMs - olderThanSeconds * 1000,
        latestEndMs(at.steadyMs, leaseMs),
      );
      for (const row of rows) {
        const job = readableJob(row, at, unreadable);
        if (job !== undefined) found.push({ sequence: Number(row['sequence']), job });
      }
      if (found.length >= most) return inOrder(found).slice(0, most);
    }
  }
  return inOrder(found);
}

/** One damaged job must not keep the messages of all others from being sent. */
function readableJob(row: SqliteRow, at: ClockReading, unreadable: UnreadableRecords): JobRecord | undefined {
  try {
    return parseJobRow(row, at);
  } catch (error) {
    unreadable.leaveOut(`job ${String(row['id'])}`, error);
    return undefined;
  }
}

function inOrder(found: readonly { readonly sequence: number; readonly job: JobRecord }[]): readonly JobRecord[] {
  return found.toSorted((a, b) => a.sequence - b.sequence).map(({ job }) => job);
}

function* openEpochs(database: SqliteDatabase): Generator<EpochId> {
  for (let known = ''; ;) {
    const next = database.get(`select min(epoch_id) as next from jobs where ${IS_OPEN} and epoch_id > ?`, known)?.[
      'next'
    ];
    if (typeof next !== 'string') return;
    yield EpochId.parse(next);
    known = next;
  }
}
