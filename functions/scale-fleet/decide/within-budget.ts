import type { Capacity } from '../../../shared/agent-fleet/agent-fleet.ts';
import type { Pool } from '../../../shared/proving-job/circuit-family.ts';
import type { Budget, PoolDecision, PoolState } from './fleet-state.ts';
import type { Busy } from './spread-capacity.ts';

type Pools = Readonly<Partial<Record<Pool, PoolDecision>>>;

export interface BudgetedPools {
  readonly pools: Pools;
  readonly dollarsPerHour: number;
  readonly reasons: readonly string[];
}

/** The least agents of a pool's decision, and their prices. */
export interface BudgetPool {
  readonly pool: Pool;
  readonly state: PoolState;
  readonly busy: Busy;
}

/**
 * Cuts a decision to the hourly budget: agents that are proving stay, and every pool keeps the same share of its others, at
 * least one where the budget allows it. The budget is exceeded if that is allowed and an epoch would otherwise be missed.
 *
 * @param misses whether an epoch is missed with these agents
 */
export function withinBudget(
  wanted: Pools,
  pools: readonly BudgetPool[],
  { dollarsPerHour: limit = Infinity, mayCross }: Budget,
  misses: (pools: Pools) => boolean,
): BudgetedPools {
  const cost = dollarsOf(wanted, pools);
  if (cost <= limit) return { pools: wanted, dollarsPerHour: cost, reasons: [] };
  const cut = cutTo(limit, wanted, pools);
  const budget = `the budget of $${limit.toFixed(2)} an hour`;
  if (mayCross && misses(cut)) {
    return { pools: wanted, dollarsPerHour: cost, reasons: [`${budget} is exceeded to save the epoch`] };
  }
  return { pools: cut, dollarsPerHour: dollarsOf(cut, pools), reasons: [`${budget} allows no more agents`] };
}

function cutTo(limit: number, wanted: Pools, pools: readonly BudgetPool[]): Pools {
  const busyDollars = pools.reduce((sum, { busy, state }) => sum + priceOf(busy, state), 0);
  const share = Math.max(0, (limit - busyDollars) / (dollarsOf(wanted, pools) - busyDollars));
  const cut: Partial<Record<Pool, PoolDecision>> = {};
  for (const { pool, busy } of pools) {
    const { spot, od, ...rest } = wanted[pool] ?? NO_AGENTS;
    const kept = (agents: number, least: number): number => least + Math.floor(share * (agents - least));
    cut[pool] = { spot: kept(spot, busy.spot), od: kept(od, busy.od), ...rest };
  }
  for (const { pool } of pools.toSorted((a, b) => spotPrice(a) - spotPrice(b))) {
    const { spot, od } = wanted[pool] ?? NO_AGENTS;
    const kept = cut[pool] ?? NO_AGENTS;
    if (kept.spot + kept.od > 0 || spot + od === 0) continue;
    const withOne = { ...cut, [pool]: { ...kept, ...(spot > 0 ? { spot: 1 } : { od: 1 }) } };
    if (dollarsOf(withOne, pools) <= limit) Object.assign(cut, withOne);
  }
  return cut;
}

const NO_AGENTS: PoolDecision = { spot: 0, od: 0, isPostponed: false, reason: '' };

function dollarsOf(decided: Pools, pools: readonly BudgetPool[]): number {
  return pools.reduce((sum, { pool, state }) => sum + priceOf(decided[pool] ?? NO_AGENTS, state), 0);
}

function priceOf({ spot, od }: Readonly<Record<Capacity, number>>, { capacity }: PoolState): number {
  return spot * capacity.spot.dollarsPerHour + od * capacity.od.dollarsPerHour;
}

function spotPrice({ state }: BudgetPool): number {
  return state.capacity.spot.dollarsPerHour;
}
