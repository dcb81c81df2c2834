import { decideFleet } from '../../../../functions/scale-fleet/decide/decide-fleet.ts';
import {
  DEFAULT_SCALING_POLICY,
  type FleetMemory,
  type WantedCopy,
} from '../../../../functions/scale-fleet/decide/fleet-state.ts';
import { wantedCopies } from '../../../../functions/scale-fleet/decide/stragglers.ts';
import { EpochLoads } from '../epoch-loads.ts';
import { poolStates } from '../pool-states.ts';
import { perPool } from '../pools.ts';
import { runningJobs } from '../running-jobs.ts';
import type { SimulatedVersion } from '../simulated-circuits.ts';
import type { ScalingRule } from './scaling-rule.ts';

/** The decision of `functions/scale-fleet`: the same code, with what the ledger and ECS would report. */
export function coppice(version: SimulatedVersion = '4.1.2'): ScalingRule {
  const loads = new EpochLoads();
  let memory: FleetMemory | undefined;
  let copies: readonly WantedCopy[] = [];
  return {
    name: 'Coppice',
    everySeconds: 60,
    // Our own node asks for a decision when an epoch opens or closes; official nodes do not know of the scaler.
    hearsOfEvents: version === '4.1.2',
    protectsProving: true,
    copies: (view) => {
      const running = runningJobs(view);
      copies = wantedCopies([...running.values()], DEFAULT_SCALING_POLICY, view.nowSeconds * 1000);
      const asked = new Set(copies.filter(({ step }) => step === 'ask').map(({ record }) => record));
      return [...running].flatMap(([job, { record }]) => (asked.has(record) ? [job] : []));
    },
    decide: (view) => {
      const decision = decideFleet({
        nowMs: view.nowSeconds * 1000,
        epochs: loads.of(view),
        pools: poolStates(view),
        copies,
        budget: { mayCross: true },
        policy: DEFAULT_SCALING_POLICY,
        memory,
      });
      memory = decision.memory;
      return perPool((pool) => ({ spot: decision.pools[pool]?.spot ?? 0, od: decision.pools[pool]?.od ?? 0 }));
    },
  };
}
