import { type JobTally, leaseAt } from '../../ledger/job-ledger.ts';
import type { Pool } from '../../proving-job/circuit-family.ts';
import { type CircuitName, circuitOf } from '../../proving-job/circuit-catalogue.ts';

/** Jobs of one circuit in one pool that were requested and are not proven. */
export interface OpenStanding {
  /** How long each job under way has been running, in seconds. */
  readonly runningForSeconds: readonly number[];
  /** Queued, or its agent was lost and another may take it. */
  readonly waiting: number;
}

/** How far the requested jobs of one circuit are; the open ones are those of the catalogue's pool. */
export interface CircuitStanding extends OpenStanding {
  /** In any pool. */
  readonly proven: number;
  /** Open ones that ran out of memory, by the larger pool that they were moved to. @default none */
  readonly moved?: ReadonlyMap<Pool, OpenStanding>;
}

/** Circuits without a record are absent. */
export type CircuitStandings = ReadonlyMap<CircuitName, CircuitStanding>;

/** The standings of an epoch of that version, at that time. Rejected jobs count as never requested. */
export function circuitStandings(tally: JobTally, networkVersion: string, nowMs: number): CircuitStandings {
  const standings = new Map<CircuitName, CircuitStanding>();
  for (const [circuit, { proven, queued, leased }] of tally) {
    const open = new Map<Pool, Open>();
    const openIn = (pool: Pool): Open => {
      const known = open.get(pool) ?? { runningForSeconds: [], waiting: 0 };
      open.set(pool, known);
      return known;
    };
    for (const [pool, jobs] of queued) openIn(pool).waiting += jobs;
    for (const job of leased) {
      const lease = leaseAt(job, nowMs);
      if (lease === undefined) openIn(job.pool).waiting += 1;
      else openIn(job.pool).runningForSeconds.push(Math.max(0, nowMs - lease.claimedAtMs) / 1000);
    }
    const { pool: ownPool } = circuitOf(circuit, networkVersion);
    const ofOwnPool = openIn(ownPool);
    open.delete(ownPool);
    standings.set(circuit, { proven, ...ofOwnPool, moved: open });
  }
  return standings;
}

interface Open {
  readonly runningForSeconds: number[];
  waiting: number;
}
