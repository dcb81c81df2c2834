import type { Capacity } from '../../../../shared/agent-fleet/agent-fleet.ts';
import { type SimulatedPool, perPool } from '../pools.ts';
import type { DesiredAgents } from './scaling-rule.ts';

/** All agents with one capacity. */
export function boughtAs(capacity: Capacity, agentsOf: (pool: SimulatedPool) => number): DesiredAgents {
  return perPool((pool) => ({ spot: 0, od: 0, [capacity]: agentsOf(pool) }));
}
