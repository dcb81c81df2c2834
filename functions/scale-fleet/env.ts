/** The variables of `scale-fleet`. Infrastructure imports this, so it imports nothing. */
export const ENV = {
  /** What the names of the fleet's resources begin with. */
  AWS_PREFIX: 'COPPICE_AWS_PREFIX',
  LOG_LEVEL: 'LOG_LEVEL',
  METRICS_NAMESPACE: 'COPPICE_METRICS_NAMESPACE',
  /** The pools, with their limits and the size of their agents: JSON, as `shared/agent-fleet/fleet-pools.ts` says. */
  FLEET_POOLS: 'COPPICE_FLEET_POOLS',
} as const;
