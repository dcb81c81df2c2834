import { setImmediate as letOthersRun } from 'node:timers/promises';

import type { JobRecord, RangeId } from '../../ledger/job-ledger.ts';
import type { EpochId } from '../../proving-job/epoch-id.ts';
import { parseJobRow } from './job-row.ts';
import { type MachineClock, readClock } from './machine-clock.ts';
import type { SqliteDatabase } from './sqlite-database.ts';

/** Jobs of one statement: it takes some milliseconds, in which its process can do nothing else. */
const PORTION = 500;

export interface RejectedJobs {
  readonly epochId: EpochId;
  readonly rangeId: RangeId;
  readonly clock: MachineClock;
}

/**
 * The rejected jobs of the epoch's range, in the order in which they were recorded. They are read as the index
 * `jobs_by_state` has them, by circuit and pool, so that no portion passes over the jobs of another.
 */
export async function readRejectedJobs(
  database: SqliteDatabase,
  { epochId, rangeId, clock }: RejectedJobs,
): Promise<readonly JobRecord[]> {
  const found: { readonly sequence: number; readonly job: JobRecord }[] = [];
  const groups = database.all(
    `select distinct circuit, pool from jobs where epoch_id = ? and range_id = ? and state = 'rejected'`,
    epochId,
    rangeId,
  );
  for (const { circuit, pool } of groups) {
    for (let after = 0; ;) {
      const at = readClock(clock);
      const rows = database.all(
        `select * from jobs
         where epoch_id = ? and range_id = ? and state = 'rejected' and circuit = ? and pool = ? and sequence > ?
         order by sequence limit ${PORTION}`,
        epochId,
        rangeId,
        String(circuit),
        String(pool),
        after,
      );
      found.push(...rows.map((row) => ({ sequence: Number(row['sequence']), job: parseJobRow(row, at) })));
      const last = found.at(-1);
      if (rows.length < PORTION || last === undefined) break;
      after = last.sequence;
      await letOthersRun();
    }
  }
  return found.toSorted((a, b) => a.sequence - b.sequence).map(({ job }) => job);
}
