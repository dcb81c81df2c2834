import { z } from 'zod';

import type { Pool } from '../proving-job/circuit-family.ts';

/** How agents are paid for: as Spot, cheap capacity that AWS may take back, or on demand. */
export const Capacity = z.enum(['spot', 'od']);
export type Capacity = z.infer<typeof Capacity>;

/** The agents of one pool and capacity: on AWS, an ECS service. */
export interface AgentGroup {
  readonly pool: Pool;
  readonly capacity: Capacity;
  /** How many were requested. */
  readonly desired: number;
  /** How many run: started, and not yet stopping. */
  readonly running: number;
}

/**
 * The agents that run, and how many of them should. The provider starts and stops them in its own time; agents that are
 * proving are stopped last, if at all.
 *
 * The rules for every adapter are written as tests in `test/contract/agent-fleet.contract.ts`.
 */
export interface AgentFleet {
  /** All groups, in the order of pools. A pool that was not deployed has none. */
  describe(): Promise<readonly AgentGroup[]>;
  /**
   * Requests `desired` agents. Safe to repeat.
   * @throws {NoSuchAgentGroupError} when the group does not exist
   */
  setDesired(pool: Pool, capacity: Capacity, desired: number): Promise<void>;
}
