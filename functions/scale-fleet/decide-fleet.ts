import type { FleetDecision, FleetState, PoolDecision, PoolState } from './fleet-state.ts';

/** Says how many agents each pool shall have, each way, and why. Pure: the same state, the same decision. */
export function decideFleet(state: FleetState): FleetDecision {
  const pools = Object.entries(state.pools).map(([pool, { capacity }]: [string, PoolState]): [string, PoolDecision] => [
    pool,
    { spot: capacity.spot.desired, od: capacity.od.desired, reason: 'as it was' },
  ]);
  return {
    atMs: state.nowMs,
    pools: Object.fromEntries(pools),
    outlooks: [],
    dollarsPerHour: 0,
    reason: 'as it was',
    memory: { atMs: state.nowMs, pools: {} },
  };
}
