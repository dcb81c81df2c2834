import { decideFleet } from '../../../../functions/scale-fleet/decide/decide-fleet.ts';
import { DEFAULT_SCALING_POLICY, type FleetMemory } from '../../../../functions/scale-fleet/decide/fleet-state.ts';
import { EpochLoads } from '../epoch-loads.ts';
import { poolStates } from '../pool-states.ts';
import { perPool } from '../pools.ts';
import type { ScalingRule } from './scaling-rule.ts';

/** The decision of `functions/scale-fleet`: the same code, with what the ledger and ECS would report. */
export function coppice(): ScalingRule {
  const loads = new EpochLoads();
  let memory: FleetMemory | undefined;
  return {
    name: 'Coppice',
    everySeconds: 60,
    hearsOfEvents: true,
    protectsProving: true,
    decide: (view) => {
      const decision = decideFleet({
        nowMs: view.nowSeconds * 1000,
        epochs: loads.of(view),
        pools: poolStates(view),
        budget: { mayCross: true },
        policy: DEFAULT_SCALING_POLICY,
        memory,
      });
      memory = decision.memory;
      return perPool((pool) => ({ spot: decision.pools[pool]?.spot ?? 0, od: decision.pools[pool]?.od ?? 0 }));
    },
  };
}
