import type { Pool } from '../proving-job/circuit-family.ts';
import type { Capacity } from './agent-fleet.ts';

/** The group of agents does not exist: its pool was not deployed. */
export class NoSuchAgentGroupError extends Error {
  override readonly name = 'NoSuchAgentGroupError';
  readonly pool: Pool;
  readonly capacity: Capacity;

  /** @param where the name of the missing resource, and of the one that should contain it */
  constructor(pool: Pool, capacity: Capacity, where: string, options?: ErrorOptions) {
    super(`there is no ${where}: deploy pool ${pool}, or leave it out of the fleet's pools`, options);
    this.pool = pool;
    this.capacity = capacity;
  }
}

/** The cluster of the agents cannot be read. */
export class AgentFleetUnreadableError extends Error {
  override readonly name = 'AgentFleetUnreadableError';
  readonly cluster: string;

  constructor(cluster: string, what: string, options?: ErrorOptions) {
    super(`the services of cluster ${cluster} cannot be read: ${what}`, options);
    this.cluster = cluster;
  }
}
