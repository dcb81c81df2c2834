import { z } from 'zod';

import type { Pool } from '../proving-job/circuit-family.ts';

/** How agents are paid for: at the price of what AWS has to spare, which it may take back, or on demand. */
export const Capacity = z.enum(['spot', 'od']);
export type Capacity = z.infer<typeof Capacity>;

/** The agents of one pool and capacity: on AWS, an ECS service. */
export interface AgentGroup {
  readonly pool: Pool;
  readonly capacity: Capacity;
  /** How many were asked for. */
  readonly desired: number;
  /** How many run: started, and not told to stop. */
  readonly running: number;
}

/**
 * The agents that run, and how many of them should. Whoever provides them starts and stops them in its own time; those that
 * prove are stopped last, if at all.
 *
 * What every adapter keeps is written as tests in `test/contract/agent-fleet.contract.ts`.
 */
export interface AgentFleet {
  /** Every group that there is, in the order of pools. A pool that was not deployed has none. */
  describe(): Promise<readonly AgentGroup[]>;
  /**
   * Asks for `desired` agents. Safe to repeat.
   * @throws {NoSuchAgentGroupError} when there is no such group.
   */
  setDesired(pool: Pool, capacity: Capacity, desired: number): Promise<void>;
}
