import { z } from 'zod';

import type { AgentGroup, Capacity } from '../../shared/agent-fleet/agent-fleet.ts';
import type { FleetPools, PoolLimits } from '../../shared/agent-fleet/fleet-pools.ts';
import { Pool } from '../../shared/proving-job/circuit-catalogue.ts';
import { type CostOfDay, CostOfDay as CostOfDaySchema, costOfDay } from './cost-of-day.ts';
import type { PoolJobs } from './read-jobs.ts';

const PoolMemory = z.strictObject({
  /** How many agents were wanted lately, newest last. */
  wanted: z.array(z.strictObject({ atMs: z.number().int(), agents: z.number().int().nonnegative() })),
  /** Since when Spot agents are missing that were asked for. */
  spotShortSinceMs: z.number().int().optional(),
  /** Until then Spot is asked for no more than it has given: it had none left. */
  spotDryUntilMs: z.number().int().optional(),
});
type PoolMemory = z.infer<typeof PoolMemory>;

/** What one run hands to the next. To lose it costs some money, and no epoch. */
export const FleetMemory = z.strictObject({ pools: z.partialRecord(Pool, PoolMemory), cost: CostOfDaySchema });
export type FleetMemory = z.infer<typeof FleetMemory>;

/** All that a decision looks at. */
export interface FleetState {
  readonly nowMs: number;
  /** A pool that is not named gets no agents, and those that it has are left alone. */
  readonly pools: FleetPools;
  readonly jobs: Readonly<Record<Pool, PoolJobs>>;
  readonly groups: readonly AgentGroup[];
  /** `undefined` at the first run. */
  readonly memory: FleetMemory | undefined;
}

/** How many agents a group shall have. */
export interface GroupDecision {
  readonly pool: Pool;
  readonly capacity: Capacity;
  readonly desired: number;
  /** In words, for the log. */
  readonly reason: string;
}

export interface FleetDecision {
  /** Of every group of a named pool, changed or not. */
  readonly groups: readonly GroupDecision[];
  readonly cost: CostOfDay;
  readonly memory: FleetMemory;
}

/** Agents that nobody needs any more stay for so long: the next level of a tree follows within seconds. */
const SCALE_IN_SECONDS = 120;
/** Spot agents take a minute or two to start. What is missing after this is bought on demand. */
const SPOT_PATIENCE_SECONDS = 180;
const SPOT_DRY_SECONDS = 600;

/**
 * Says how many agents each group shall have: one for each job that waits or runs, within the pool's limit, and never fewer
 * than there are jobs running. Pure: the same state, the same decision, so that it does no harm twice.
 */
export function scaleFleet(state: FleetState): FleetDecision {
  const { nowMs, pools, memory } = state;
  const decided = Pool.options.flatMap((pool) => {
    const limits = pools[pool];
    return limits === undefined ? [] : [decidePool(pool, limits, state)];
  });
  const cost = costOfDay(memory?.cost, state.groups, pools, nowMs);
  return {
    groups: decided.flatMap(({ groups }) => groups),
    cost,
    memory: { pools: Object.fromEntries(decided.map(({ pool, memory: own }) => [pool, own])), cost },
  };
}

function decidePool(
  pool: Pool,
  limits: PoolLimits,
  { nowMs, jobs, groups, memory }: FleetState,
): { readonly pool: Pool; readonly groups: readonly GroupDecision[]; readonly memory: PoolMemory } {
  const { waiting, running } = jobs[pool];
  const wanted = Math.max(running, Math.min(limits.maxAgents, waiting + running));
  // Of a clock that was set back: what lies ahead was never wanted.
  const lately = (memory?.pools[pool]?.wanted ?? []).filter(
    ({ atMs }) => atMs <= nowMs && nowMs - atMs < SCALE_IN_SECONDS * 1000,
  );
  const agents = Math.max(wanted, ...lately.map((past) => Math.min(past.agents, Math.max(limits.maxAgents, running))));

  const own = groups.filter((group) => group.pool === pool);
  const spot = own.find(({ capacity }) => capacity === 'spot');
  const drought = spot === undefined ? {} : droughtOf(spot, memory?.pools[pool], nowMs);
  const onDemand = onDemandOf(agents, limits, own, drought.spotDryUntilMs !== undefined);
  const reason = [
    `${waiting} jobs wait and ${running} run`,
    ...(waiting + running > limits.maxAgents ? [`${limits.maxAgents} agents are the limit`] : []),
    ...(agents > wanted ? [`${agents} were wanted within ${SCALE_IN_SECONDS} s`] : []),
    ...(drought.spotDryUntilMs === undefined ? [] : ['Spot has none left']),
  ].join('; ');
  return {
    pool,
    groups: own.map(({ capacity }) => ({
      pool,
      capacity,
      desired: capacity === 'od' ? onDemand : agents - onDemand,
      reason,
    })),
    memory: { wanted: [...lately, { atMs: nowMs, agents: wanted }], ...drought },
  };
}

/** How many of a pool's agents run on demand. */
function onDemandOf(
  agents: number,
  { onDemandShare }: PoolLimits,
  groups: readonly AgentGroup[],
  isSpotDry: boolean,
): number {
  const spot = groups.find(({ capacity }) => capacity === 'spot');
  if (!groups.some(({ capacity }) => capacity === 'od')) return 0;
  if (spot === undefined) return agents;
  const share = Math.ceil(agents * onDemandShare);
  return isSpotDry ? Math.max(share, agents - spot.running) : share;
}

/** Whether Spot has given less than was asked for, and for how long. */
function droughtOf(
  { desired, running }: AgentGroup,
  memory: PoolMemory | undefined,
  nowMs: number,
): Pick<PoolMemory, 'spotShortSinceMs' | 'spotDryUntilMs'> {
  const { spotShortSinceMs = nowMs, spotDryUntilMs = 0 } = memory ?? {};
  if (spotDryUntilMs > nowMs && spotDryUntilMs - nowMs <= SPOT_DRY_SECONDS * 1000) return { spotDryUntilMs };
  if (running >= desired) return {};
  const shortMs = nowMs - spotShortSinceMs;
  if (shortMs >= SPOT_PATIENCE_SECONDS * 1000) return { spotDryUntilMs: nowMs + SPOT_DRY_SECONDS * 1000 };
  return { spotShortSinceMs: shortMs < 0 ? nowMs : spotShortSinceMs };
}
