import { setImmediate as letOthersRun } from 'node:timers/promises';

import type { SqliteDatabase } from './sqlite-database.ts';

/** Rows of one transaction: it takes milliseconds, and other processes wait for no longer. */
const PORTION = 200;

const OPEN_ROOTS = `select epoch from roots where state in ('waiting', 'sent')`;

/** Epochs that are not closed, or were after that Unix time in milliseconds, and those whose root is still on its way to L1. */
export function epochsNeededSince(database: SqliteDatabase, sinceMs: number): ReadonlySet<number> {
  const rows = database.all(
    `select epoch from epochs where coalesce(record ->> 'closedAtMs' >= ?, true) union ${OPEN_ROOTS}`,
    sinceMs,
  );
  return new Set(rows.map((row) => Number(row['epoch'])));
}

/** Deletes the epochs that were closed before that time, with their jobs, messages and roots; returns how many jobs. */
export async function deleteEpochsClosedBefore(
  database: SqliteDatabase,
  beforeMs: number,
  signal: AbortSignal,
): Promise<number> {
  // Jobs of an epoch that the ledger does not know count as closed once the last of them is settled. The epochs of all jobs
  // are found one after the other in the index: it is not read through.
  const epochs = database.all(
    `with recursive recorded(epoch) as (
       select min(epoch) from jobs
       union all select (select min(epoch) from jobs where epoch > recorded.epoch) from recorded where epoch is not null
     )
     select epoch from epochs where record ->> 'closedAtMs' < ?
     union select epoch from recorded where epoch is not null and epoch not in (select epoch from epochs)`,
    beforeMs,
  );
  let deleted = 0;
  for (const row of epochs) {
    let ofPortion = PORTION;
    while (ofPortion > 0 && !signal.aborted) {
      ofPortion = database.immediate(() => deletePortion(database, Number(row['epoch']), beforeMs));
      deleted += ofPortion;
      await letOthersRun();
    }
  }
  return deleted;
}

/** Deletes jobs of the epoch or, once none is left, the epoch. It checks again that the epoch is closed: it may have been opened anew. */
function deletePortion(database: SqliteDatabase, epoch: number, beforeMs: number): number {
  const needed = database.get(
    `select 1 from epochs where epoch = ?1 and coalesce(record ->> 'closedAtMs' >= ?2, true)
     union all select 1 from (${OPEN_ROOTS}) where epoch = ?1
     union all select 1 from jobs where epoch = ?1 and coalesce(settled_at_ms >= ?2, true)
       and not exists (select 1 from epochs where epoch = ?1)`,
    epoch,
    beforeMs,
  );
  if (needed !== undefined) return 0;
  const jobs = `select id from jobs where epoch = ? order by sequence limit ${PORTION}`;
  database.run(`delete from messages where job_id in (${jobs})`, epoch);
  const deleted = database.run(`delete from jobs where id in (${jobs})`, epoch);
  if (deleted === 0) {
    database.run('delete from roots where epoch = ?', epoch);
    database.run('delete from epochs where epoch = ?', epoch);
  }
  return deleted;
}

/** Deletes incidents and dead letters of before one time, and decisions of before another. */
export function deleteNotesBefore(
  database: SqliteDatabase,
  { notesMs, decisionsMs }: { readonly notesMs: number; readonly decisionsMs: number },
): void {
  // The newest row of a table stays, so that its numbers go on.
  database.run('delete from incidents where at_ms < ? and sequence < (select max(sequence) from incidents)', notesMs);
  database.run('delete from dead_letters where parked_at_ms < ?', notesMs);
  database.run(
    'delete from decisions where at_ms < ? and sequence < (select max(sequence) from decisions)',
    decisionsMs,
  );
}
