/** The variables of `settle-dead-letters`. Infrastructure imports this, so it imports nothing. */
export const ENV = {
  /** What the names of the fleet's resources begin with. */
  AWS_PREFIX: 'COPPICE_AWS_PREFIX',
  LOG_LEVEL: 'LOG_LEVEL',
} as const;
