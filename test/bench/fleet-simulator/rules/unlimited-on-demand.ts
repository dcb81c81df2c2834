import type { SimulatedPool } from '../pools.ts';
import { boughtAs } from './bought-as.ts';
import type { ScalingRule } from './scaling-rule.ts';

/** An on-demand agent for every waiting job, kept until no epoch is open, at any price: no fleet can make the epochs that it misses. */
export function unlimitedOnDemand(): ScalingRule {
  const most: Record<SimulatedPool, number> = { small: 0, medium: 0, large: 0 };
  return {
    name: 'unlimited on-demand',
    everySeconds: 15,
    hearsOfEvents: true,
    protectsProving: true,
    decide: ({ pools, epochs }) =>
      boughtAs('od', (pool) => {
        const wanted = pools[pool].waitingJobs + pools[pool].services.od.proving;
        most[pool] = epochs.length === 0 ? 0 : Math.max(most[pool], wanted);
        return most[pool];
      }),
  };
}
