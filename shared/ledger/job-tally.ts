import type { CircuitName } from '../proving-job/circuit-catalogue.ts';
import type { Pool } from '../proving-job/circuit-family.ts';
import type { JobRecord, RangeId } from './job-ledger.ts';

/** How many jobs of one circuit are in which state. Those that were cancelled are not counted: they would be asked for again. */
export interface CircuitTally {
  readonly proven: number;
  readonly rejected: number;
  /** Jobs that no agent has, by pool; pools without any are absent. */
  readonly queued: ReadonlyMap<Pool, number>;
  /** The `leased` ones: as few as there are agents, and only their leases say which of them an agent still holds. */
  readonly leased: readonly JobRecord[];
}

/** The jobs of an epoch's range, by circuit; circuits without any are absent. */
export type JobTally = ReadonlyMap<CircuitName, CircuitTally>;

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
