import { setImmediate as letOthersRun } from 'node:timers/promises';

import { type JobRecord, JobRecord as JobRecordSchema, type OpenJob } from '../../ledger/job-ledger.ts';
import type { EpochNumber } from '../../proving-job/proving-job-id.ts';
import { parseJobRow } from './job-row.ts';
import { latestEndMs, type MachineClock, readClock } from './machine-clock.ts';
import type { SqliteDatabase } from './sqlite-database.ts';

/** Jobs of one statement: it takes some milliseconds, in which its process can do nothing else. */
const PORTION = 500;

const IS_OPEN = `state in ('queued', 'leased')`;

const OpenJobRow = JobRecordSchema.pick({ id: true });

/** The open jobs of the epoch with a `sequence` above `after`, up to and including `last`. */
interface Portion {
  readonly epoch: EpochNumber;
  readonly after: number;
  readonly last: number;
}

/**
 * Divides the epoch's open jobs into portions, by their order in the table: each job is in one portion, whatever becomes of
 * those before it. Others have their turn between two portions.
 */
export async function* openPortions(database: SqliteDatabase, epoch: EpochNumber): AsyncGenerator<Portion> {
  for (let after = 0; ;) {
    const last = database.get(
      `select max(sequence) as last
       from (select sequence from jobs where epoch = ? and ${IS_OPEN} and sequence > ? order by sequence limit ${PORTION})`,
      epoch,
      after,
    )?.['last'];
    if (typeof last !== 'number') return;
    yield { epoch, after, last };
    after = last;
    await letOthersRun();
  }
}

export async function readOpenJobs(database: SqliteDatabase, epoch: EpochNumber): Promise<readonly OpenJob[]> {
  const jobs: OpenJob[] = [];
  for await (const { after, last } of openPortions(database, epoch)) {
    const rows = database.all(
      `select id, attempts ->> 'corrupt-inputs' as corrupt_inputs from jobs
       where epoch = ? and ${IS_OPEN} and sequence > ? and sequence <= ?`,
      epoch,
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
}

/** Leaves out jobs that have a message in their pool: it is claimed, or visible again when its lease ends. */
export async function readStrandedJobs(
  database: SqliteDatabase,
  { olderThanSeconds, leaseMs, most, clock }: StrandedJobs,
): Promise<readonly JobRecord[]> {
  const jobs: JobRecord[] = [];
  for (const epoch of openEpochs(database)) {
    for await (const { after, last } of openPortions(database, epoch)) {
      const at = readClock(clock);
      const rows = database.all(
        `select * from jobs
         where epoch = ? and ${IS_OPEN} and sequence > ? and sequence <= ?
           and not coalesce(iif(state = 'leased', lease_expires_steady_ms,
             iif(enqueued_at_ms is null, null, enqueued_steady_ms)) between ? and ?, false)
           and not exists (select 1 from messages where job_id = jobs.id and pool = jobs.pool)
         order by sequence`,
        epoch,
        after,
        last,
        at.steadyMs - olderThanSeconds * 1000,
        latestEndMs(at.steadyMs, leaseMs),
      );
      jobs.push(...rows.map((row) => parseJobRow(row, at)));
      if (jobs.length >= most) return jobs.slice(0, most);
    }
  }
  return jobs;
}

function* openEpochs(database: SqliteDatabase): Generator<EpochNumber> {
  for (let known = -1; ;) {
    const next = database.get(`select min(epoch) as next from jobs where ${IS_OPEN} and epoch > ?`, known)?.['next'];
    if (typeof next !== 'number') return;
    yield JobRecordSchema.shape.epoch.parse(next);
    known = next;
  }
}
