/** The variables of `scale-fleet`. Infrastructure imports this, so it imports nothing. */
export const ENV = {
  /** What the names of the fleet's resources begin with. */
  AWS_PREFIX: 'COPPICE_AWS_PREFIX',
  LOG_LEVEL: 'LOG_LEVEL',
  METRICS_NAMESPACE: 'COPPICE_METRICS_NAMESPACE',
  /** The pools, with their limits and the size of their agents: JSON, as `shared/agent-fleet/fleet-pools.ts` says. */
  FLEET_POOLS: 'COPPICE_FLEET_POOLS',
  /** The pools of version lines that have others: the same JSON, by the name of the line. */
  FLEET_POOLS_OF_LINES: 'COPPICE_FLEET_POOLS_OF_LINES',
  /** What all agents together may cost in an hour, and whether that may be exceeded to save an epoch. */
  FLEET_DOLLARS_PER_HOUR: 'COPPICE_FLEET_DOLLARS_PER_HOUR',
  FLEET_MAY_CROSS_BUDGET: 'COPPICE_FLEET_MAY_CROSS_BUDGET',
  /** How long before its deadline an epoch should be done. */
  FLEET_MARGIN_SECONDS: 'COPPICE_FLEET_MARGIN_SECONDS',
} as const;
