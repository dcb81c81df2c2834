import { type CircuitName, isRoot } from '../proving-job/circuit-catalogue.ts';
import type { CircuitTally, JobRecord, JobTally, RangeId } from './job-ledger.ts';

/** The tally of records that were read anyway. */
export function tallyOf(records: readonly JobRecord[], rangeId: RangeId): JobTally {
  const tally = new Map<CircuitName, CircuitTally>();
  for (const [circuit, jobs] of Map.groupBy(
    records.filter((job) => job.rangeId === rangeId && job.state !== 'cancelled'),
    (job) => job.circuit,
  )) {
    const queued = Map.groupBy(
      jobs.filter(({ state }) => state === 'queued'),
      ({ pool }) => pool,
    );
    tally.set(circuit, {
      proven: jobs.filter(({ state }) => state === 'proven').length,
      rejected: jobs.filter(({ state }) => state === 'rejected').length,
      queued: new Map([...queued].map(([pool, { length }]) => [pool, length])),
      leased: jobs.filter(({ state }) => state === 'leased'),
    });
  }
  return tally;
}

/** The circuit's jobs of any state. */
export function jobsIn({ proven, rejected, queued, leased }: CircuitTally): number {
  return proven + rejected + leased.length + queued.values().reduce((sum, jobs) => sum + jobs, 0);
}

/** Whether the counts have a proven root. */
export function isRootProven(counts: ReadonlyMap<CircuitName, { readonly proven: number }>): boolean {
  return counts.entries().some(([circuit, { proven }]) => isRoot(circuit) && proven > 0);
}
