import type { AgentGroup, Capacity } from '../../../shared/agent-fleet/agent-fleet.ts';
import type { FleetPools } from '../../../shared/agent-fleet/fleet-pools.ts';
import type { SpotEvent } from '../../../shared/agent-fleet/spot-events.ts';
import { Pool } from '../../../shared/proving-job/circuit-family.ts';
import type { CapacityState, FleetState, PoolJobs, PoolState } from './fleet-state.ts';

/** How long an agent that was taken back counts. */
export const INTERRUPTIONS_MS = 10 * 60_000;
/** How long a refusal counts: two runs of the scaler, in case one fails. ECS tries again, and reports each refusal. */
export const REFUSALS_MS = 2 * 60_000;

/** The state of the pools that are both configured and deployed. */
export function poolStates(
  pools: FleetPools,
  groups: readonly AgentGroup[],
  jobs: Readonly<Record<Pool, PoolJobs>>,
  spotEvents: readonly SpotEvent[],
  nowMs: number,
): FleetState['pools'] {
  const spotEventsOf = (pool: Pool, kind: SpotEvent['kind'], withinMs: number): number =>
    spotEvents.filter((event) => event.pool === pool && event.kind === kind && event.atMs > nowMs - withinMs).length;
  const states: Partial<Record<Pool, PoolState>> = {};
  for (const pool of Pool.options) {
    const limits = pools[pool];
    const own = groups.filter((group) => group.pool === pool);
    if (limits === undefined || own.length === 0) continue;
    const { maxAgents, minAgents, slotsPerAgent, startUpSeconds, dollarsPerHour, onDemandShare } = limits;
    const has = (capacity: Capacity): boolean => own.some((group) => group.capacity === capacity);
    const busyAgents = Math.ceil(jobs[pool].running / slotsPerAgent);
    const spot = capacityState(own, 'spot', dollarsPerHour.spot, busyAgents);
    const od = capacityState(own, 'od', dollarsPerHour.od, busyAgents - (spot.busy ?? 0));
    states[pool] = {
      limits: {
        floor: Math.min(minAgents, maxAgents),
        ceiling: maxAgents,
        slotsPerAgent,
        // A pool that was deployed with one capacity only has all its agents there.
        onDemandShare: has('spot') ? (has('od') ? onDemandShare : 0) : 1,
      },
      startUpSeconds,
      spotInterruptions: spotEventsOf(pool, 'interruption', INTERRUPTIONS_MS),
      spotRefusals: spotEventsOf(pool, 'refusal', REFUSALS_MS),
      capacity: { spot: { ...spot, ...(dollarsPerHour.isSpotAtMost && { isPriceAtMost: true }) }, od },
    };
  }
  return states;
}

/** The ledger knows how many agents are proving, not which: Spot agents are assumed to come first. */
function capacityState(
  groups: readonly AgentGroup[],
  capacity: Capacity,
  dollarsPerHour: number,
  busyAgents: number,
): CapacityState {
  const { desired = 0, running = 0 } = groups.find((group) => group.capacity === capacity) ?? {};
  return { desired, running, busy: Math.min(running, Math.max(0, busyAgents)), dollarsPerHour };
}
