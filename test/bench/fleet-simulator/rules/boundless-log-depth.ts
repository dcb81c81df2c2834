import type { Capacity } from '../../../../shared/agent-fleet/agent-fleet.ts';
import { perPool } from '../pools.ts';
import { boughtAs } from './bought-as.ts';
import type { ScalingRule } from './scaling-rule.ts';

const RUN_INTERVAL_SECONDS = 60;
const COOLDOWN_SECONDS = 600;
const SHALLOW = 5;

/**
 * Boundless' scaler: one worker for up to five tasks, else twice the binary logarithm of the queue's depth, rounded up.
 * The depth counts tasks that are ready and those that wait for others; what is being proven does not count. It scales in
 * only when it has not scaled for ten minutes, and then terminates instances whatever they do.
 *
 * @see boundless-xyz/boundless `infra/scaler/lambda_function.py` at 12757b9 (later 30 minutes instead of ten)
 */
export function boundlessLogDepth(capacity: Capacity): ScalingRule {
  const scaled = perPool(() => ({ atSeconds: -Infinity, agents: 0 }));
  return {
    name: "Boundless' 2·ceil(log2(depth))",
    everySeconds: RUN_INTERVAL_SECONDS,
    hearsOfEvents: false,
    protectsProving: false,
    decide: ({ nowSeconds, pools }) =>
      boughtAs(capacity, (pool) => {
        const { waitingJobs, unaskedJobs } = pools[pool];
        const last = scaled[pool];
        const agents = agentsFor(waitingJobs + unaskedJobs);
        const isCooling = nowSeconds - last.atSeconds < COOLDOWN_SECONDS;
        if (agents === last.agents || (agents < last.agents && isCooling)) return last.agents;
        scaled[pool].agents = agents;
        scaled[pool].atSeconds = nowSeconds;
        return agents;
      }),
  };
}

function agentsFor(depth: number): number {
  return depth <= SHALLOW ? 1 : 2 * Math.ceil(Math.log2(depth));
}
