/** The variables of `watch-tasks`. Infrastructure imports this, so it imports nothing. */
export const ENV = {
  /** What the names of the fleet's resources begin with. */
  AWS_PREFIX: 'COPPICE_AWS_PREFIX',
  LOG_LEVEL: 'LOG_LEVEL',
  METRICS_NAMESPACE: 'COPPICE_METRICS_NAMESPACE',
} as const;
