import type { CircuitTally, JobRecord, JobTally, RangeId } from '../../ledger/job-ledger.ts';
import { CircuitName } from '../../proving-job/circuit-catalogue.ts';
import { Pool } from '../../proving-job/circuit-family.ts';
import type { EpochId } from '../../proving-job/epoch-id.ts';
import { parseJobRow } from './job-row.ts';
import type { ClockReading } from './machine-clock.ts';
import type { SqliteDatabase } from './sqlite-database.ts';

/** Counts in the index `jobs_by_state`, which holds all that is counted: a quarter of a microsecond a job. */
export function tallyJobs(database: SqliteDatabase, epochId: EpochId, rangeId: RangeId, at: ClockReading): JobTally {
  const tally = new Map<CircuitName, Writable<CircuitTally>>();
  const tallyOf = (circuit: CircuitName): Writable<CircuitTally> => {
    const known = tally.get(circuit) ?? { proven: 0, rejected: 0, queued: new Map(), leased: [] };
    tally.set(circuit, known);
    return known;
  };
  const counts = database.all(
    `select state, circuit, pool, count(*) as jobs from jobs
     where epoch_id = ? and range_id = ? and state in ('queued', 'proven', 'rejected') group by state, circuit, pool`,
    epochId,
    rangeId,
  );
  for (const { state, circuit, pool, jobs } of counts) {
    const ofCircuit = tallyOf(CircuitName.parse(circuit));
    if (state === 'queued') ofCircuit.queued.set(Pool.parse(pool), Number(jobs));
    else ofCircuit[state === 'proven' ? 'proven' : 'rejected'] += Number(jobs);
  }
  const leased = database.all(
    `select * from jobs where epoch_id = ? and range_id = ? and state = 'leased' order by sequence`,
    epochId,
    rangeId,
  );
  for (const job of leased.map((row) => parseJobRow(row, at))) tallyOf(job.circuit).leased.push(job);
  return tally;
}

interface Writable<Tally extends CircuitTally> {
  proven: Tally['proven'];
  rejected: Tally['rejected'];
  readonly queued: Map<Pool, number>;
  readonly leased: JobRecord[];
}
