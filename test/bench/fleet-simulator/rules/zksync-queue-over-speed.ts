import type { Capacity } from '../../../../shared/agent-fleet/agent-fleet.ts';
import type { PerPool } from '../pools.ts';
import { boughtAs } from './bought-as.ts';
import type { ScalingRule } from './scaling-rule.ts';

/** From the example of its README, which also has `speed: 10` for most stages and 4 for the slowest of them. */
const RUN_INTERVAL_SECONDS = 30;

/**
 * ZKsync Era's prover autoscaler, its "Simple" algorithm: `queue / speed` replicas, rounded up, to `max_replicas`; the
 * queue holds what waits and what is being proven. Surplus pods are removed whatever they do.
 *
 * @see matter-labs/zksync-era `prover/crates/bin/prover_autoscaler/README.md` at 1273a39
 */
export function zksyncQueueOverSpeed(capacity: Capacity, speed: number, maxReplicas: PerPool<number>): ScalingRule {
  return {
    name: `ZKsync's queue / speed (${speed})`,
    everySeconds: RUN_INTERVAL_SECONDS,
    hearsOfEvents: false,
    protectsProving: false,
    decide: ({ pools }) =>
      boughtAs(capacity, (pool) => {
        const { waitingJobs, provingJobs } = pools[pool];
        return Math.min(maxReplicas[pool], Math.ceil((waitingJobs + provingJobs) / speed));
      }),
  };
}
