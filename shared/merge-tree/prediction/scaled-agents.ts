import type { Pool } from '../../proving-job/circuit-family.ts';
import type { AgentsAhead, AgentSlots } from './agents-ahead.ts';
import type { ChainStep } from './blocking-chain.ts';

/** How much larger a pool gets at a time that holds up an epoch. */
const GROWTH = 0.15;
const MOST_ROUNDS = 24;
/** A chain that waits no longer than this for agents would not be faster with more. */
const LEAST_WAIT_SECONDS = 5;

/**
 * The agents, with those that the scaler is going to order: while an epoch would be late, more for the pool that its chain waits
 * for most.
 * @param lateChain plays the work through, and returns the chain of the epoch that is late, if one is
 */
export function scaledAgents(
  agents: AgentsAhead,
  lateChain: (agents: AgentsAhead) => readonly ChainStep[] | undefined,
): AgentsAhead {
  let scaled = agents;
  for (let round = 0; scaled.scaling !== undefined && round < MOST_ROUNDS; round += 1) {
    const { pools, startUpSeconds } = scaled.scaling;
    const chain = lateChain(scaled);
    const pool = chain && mostWaitedFor(chain, pools);
    if (pool === undefined) break;
    const slots = Math.ceil(GROWTH * slotsOf(scaled.slots, pool));
    scaled = { ...scaled, slots: [...scaled.slots, { pools: [pool], slots, inSeconds: startUpSeconds }] };
  }
  return scaled;
}

function mostWaitedFor(chain: readonly ChainStep[], pools: readonly Pool[]): Pool | undefined {
  const waits = pools.map((pool) => ({
    pool,
    seconds: chain.reduce((sum, step) => sum + (step.pool === pool ? step.waitsForAgentSeconds : 0), 0),
  }));
  const [longest] = waits.sort((a, b) => b.seconds - a.seconds);
  return longest !== undefined && longest.seconds > LEAST_WAIT_SECONDS ? longest.pool : undefined;
}

function slotsOf(slots: readonly AgentSlots[], pool: Pool): number {
  return Math.max(
    1,
    slots.reduce((sum, group) => sum + (group.pools.includes(pool) ? group.slots : 0), 0),
  );
}
