import type { JobRecord, RangeId } from '../ledger/job-ledger.ts';
import type { CircuitName } from '../proving-job/circuit-catalogue.ts';

/** How far the jobs of one circuit are, of those that were asked for. */
export interface CircuitStanding {
  readonly proven: number;
  /** How long each job under way has been running, in seconds. */
  readonly runningForSeconds: readonly number[];
  /** Queued, or its agent was lost and another may take it. */
  readonly waiting: number;
}

/** Circuits without a record are absent. */
export type CircuitStandings = ReadonlyMap<CircuitName, CircuitStanding>;

/** Sorts an epoch's records by circuit. Those of another range, rejected or cancelled, count as if never asked for. */
export function circuitStandings(
  records: readonly JobRecord[],
  { rangeId, nowMs }: { readonly rangeId: RangeId; readonly nowMs: number },
): CircuitStandings {
  const standings = new Map<CircuitName, { proven: number; runningForSeconds: number[]; waiting: number }>();
  for (const { circuit, state, lease, rangeId: ofRange } of records) {
    if (ofRange !== rangeId || state === 'rejected' || state === 'cancelled') continue;
    const standing = standings.get(circuit) ?? { proven: 0, runningForSeconds: [], waiting: 0 };
    standings.set(circuit, standing);
    if (state === 'proven') standing.proven += 1;
    else if (state === 'leased' && lease !== undefined && lease.expiresAtMs > nowMs) {
      standing.runningForSeconds.push(Math.max(0, nowMs - lease.claimedAtMs) / 1000);
    } else standing.waiting += 1;
  }
  return standings;
}
