import type { Capacity } from '../../../../shared/agent-fleet/agent-fleet.ts';
import type { PerPool } from '../pools.ts';
import { boughtAs } from './bought-as.ts';
import type { ScalingRule } from './scaling-rule.ts';

/**
 * As many agents as the largest epoch needs, all the time: what Aztec's guide describes ("start with 2–4 agents", up to
 * 200 at 1 TPS) and what an operator without a scaler has to do. Here sized with knowledge of all epochs to come.
 *
 * @see https://forum.aztec.network/t/proposal-optimizing-prover-rewards-for-more-consistency/8528
 */
export function fixedFleet(capacity: Capacity, agents: PerPool<number>): ScalingRule {
  return {
    name: 'fixed fleet for the peak',
    everySeconds: 600,
    hearsOfEvents: false,
    protectsProving: true,
    decide: () => boughtAs(capacity, (pool) => agents[pool]),
  };
}
