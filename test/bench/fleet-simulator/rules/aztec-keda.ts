import type { Capacity } from '../../../../shared/agent-fleet/agent-fleet.ts';
import { type PerPool, perPool } from '../pools.ts';
import { boughtAs } from './bought-as.ts';
import type { ScalingRule } from './scaling-rule.ts';

/** Defaults of KEDA and of the HorizontalPodAutoscaler that it drives; the chart sets no others that are published. */
const POLLING_SECONDS = 30;
const SCALE_DOWN_STABILIZATION_SECONDS = 300;

/**
 * Aztec's ScaledObject: an agent for each waiting job (`threshold: 1`) up to `maxReplicaCount`, none when none waits; jobs
 * that are being proven do not count, and what scale-in removes is killed. Kubernetes takes the largest count of the last
 * five minutes before it scales in. Here for each pool apart, which is more than the chart has.
 *
 * @see AztecProtocol/aztec-packages `spartan/aztec-prover-stack/templates/agent-scaledobject.yaml` at 1fc8edc
 * @see https://github.com/AztecProtocol/aztec-packages/pull/25232 for what became of testnet's epoch 1274
 */
export function aztecKeda(capacity: Capacity, maxReplicas: PerPool<number>): ScalingRule {
  const wanted: PerPool<{ atSeconds: number; agents: number }[]> = perPool(() => []);
  return {
    name: "Aztec's KEDA rule",
    everySeconds: POLLING_SECONDS,
    hearsOfEvents: false,
    protectsProving: false,
    decide: ({ nowSeconds, pools }) =>
      boughtAs(capacity, (pool) => {
        const history = wanted[pool];
        history.push({ atSeconds: nowSeconds, agents: Math.min(maxReplicas[pool], pools[pool].waitingJobs) });
        while (history[0]!.atSeconds < nowSeconds - SCALE_DOWN_STABILIZATION_SECONDS) history.shift();
        return Math.max(...history.map(({ agents }) => agents));
      }),
  };
}
