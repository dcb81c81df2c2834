import type { CapacityState, PoolState } from '../../../functions/scale-fleet/decide/fleet-state.ts';
import { fargateDollarsPerHour } from '../../../shared/cost/agent-prices.ts';
import { type PerPool, perPool } from './pools.ts';
import type { FleetView, ServiceView } from './rules/scaling-rule.ts';

/** As an operator would set it: from the order for an agent to its first claim. */
export const START_UP_SECONDS = 90;
const CEILING = 5000;

/** What ECS would report of each pool. */
export function poolStates({ pools }: FleetView): PerPool<PoolState> {
  return perPool((pool) => {
    const { spot, od } = pools[pool].services;
    return {
      limits: { floor: 0, ceiling: CEILING, slotsPerAgent: 1 },
      startUpSeconds: START_UP_SECONDS,
      spotInterruptions: spot.interruptions,
      spotRefusals: spot.refusals,
      capacity: {
        spot: capacityState(spot, fargateDollarsPerHour(pool, 'spot')),
        od: capacityState(od, fargateDollarsPerHour(pool, 'od')),
      },
    };
  });
}

function capacityState({ desired, running, proving }: ServiceView, dollarsPerHour: number): CapacityState {
  return { desired, running, busy: proving, dollarsPerHour };
}
