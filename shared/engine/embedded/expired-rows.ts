import { setImmediate as letOthersRun } from 'node:timers/promises';

import { EpochId } from '../../proving-job/epoch-id.ts';
import type { SqliteDatabase } from './sqlite-database.ts';

/** Rows of one transaction: it takes milliseconds, and other processes wait for no longer. */
const PORTION = 200;

const OPEN_ROOTS = `select epoch_id from roots where state in ('waiting', 'sent')`;

/** Epochs that are not closed, or were after that Unix time in milliseconds, and those whose root is still on its way to L1. */
export function epochsNeededSince(database: SqliteDatabase, sinceMs: number): ReadonlySet<EpochId> {
  const rows = database.all(
    `select id from epochs where coalesce(record ->> 'closedAtMs' >= ?, true) union ${OPEN_ROOTS}`,
    sinceMs,
  );
  return new Set(rows.map((row) => EpochId.parse(row['id'])));
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
    `with recursive recorded(id) as (
       select min(epoch_id) from jobs
       union all select (select min(epoch_id) from jobs where epoch_id > recorded.id) from recorded where id is not null
     )
     select id from epochs where record ->> 'closedAtMs' < ?
     union select id from recorded where id is not null and id not in (select id from epochs)`,
    beforeMs,
  );
  let deleted = 0;
  for (const row of epochs) {
    let ofPortion = PORTION;
    while (ofPortion > 0 && !signal.aborted) {
      ofPortion = database.immediate(() => deletePortion(database, EpochId.parse(row['id']), beforeMs));
      deleted += ofPortion;
      await letOthersRun();
    }
  }
  return deleted;
}

/** Deletes jobs of the epoch or, once none is left, the epoch. It checks again that the epoch is closed: it may have been opened anew. */
function deletePortion(database: SqliteDatabase, id: EpochId, beforeMs: number): number {
  const needed = database.get(
    `select 1 from epochs where id = ?1 and coalesce(record ->> 'closedAtMs' >= ?2, true)
     union all select 1 from (${OPEN_ROOTS}) where epoch_id = ?1
     union all select 1 from jobs where epoch_id = ?1 and coalesce(settled_at_ms >= ?2, true)
       and not exists (select 1 from epochs where id = ?1)`,
    id,
    beforeMs,
  );
  if (needed !== undefined) return 0;
  const jobs = `select id from jobs where epoch_id = ? order by sequence limit ${PORTION}`;
  database.run(`delete from messages where job_id in (${jobs})`, id);
  const deleted = database.run(`delete from jobs where id in (${jobs})`, id);
  if (deleted === 0) {
    database.run('delete from roots where epoch_id = ?', id);
    database.run('delete from epochs where id = ?', id);
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
