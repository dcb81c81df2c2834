import { type JobRecord, leaseAt, type RangeId } from '../../ledger/job-ledger.ts';
import type { Pool } from '../../proving-job/circuit-family.ts';
import { CIRCUIT_CATALOGUE, type CircuitName } from '../../proving-job/circuit-catalogue.ts';

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

/** Sorts an epoch's records by circuit. Records of another range, rejected or cancelled, count as never requested. */
export function circuitStandings(
  records: readonly JobRecord[],
  { rangeId, nowMs }: { readonly rangeId: RangeId; readonly nowMs: number },
): CircuitStandings {
  const standings = new Map<CircuitName, Tally & { proven: number; moved: Map<Pool, Tally> }>();
  for (const record of records) {
    const { circuit, pool, state, rangeId: ofRange } = record;
    if (ofRange !== rangeId || state === 'rejected' || state === 'cancelled') continue;
    const standing = standings.get(circuit) ?? { proven: 0, runningForSeconds: [], waiting: 0, moved: new Map() };
    standings.set(circuit, standing);
    if (state === 'proven') {
      standing.proven += 1;
      continue;
    }
    const open = pool === CIRCUIT_CATALOGUE[circuit].pool ? standing : tallyOf(standing.moved, pool);
    const lease = leaseAt(record, nowMs);
    if (lease !== undefined) {
      open.runningForSeconds.push(Math.max(0, nowMs - lease.claimedAtMs) / 1000);
    } else open.waiting += 1;
  }
  return standings;
}

interface Tally {
  readonly runningForSeconds: number[];
  waiting: number;
}

function tallyOf(moved: Map<Pool, Tally>, pool: Pool): Tally {
  const tally = moved.get(pool) ?? { runningForSeconds: [], waiting: 0 };
  moved.set(pool, tally);
  return tally;
}
