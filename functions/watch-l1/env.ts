/** The variables of `watch-l1`. Infrastructure imports this, so it imports nothing. */
export const ENV = {
  /** What the names of the fleet's resources begin with. */
  AWS_PREFIX: 'COPPICE_AWS_PREFIX',
  LOG_LEVEL: 'LOG_LEVEL',
  METRICS_NAMESPACE: 'COPPICE_METRICS_NAMESPACE',
  /** A secret with the URLs of L1, instead of the next variable. */
  L1_SECRET_ID: 'COPPICE_L1_SECRET_ID',
  // The same variables as the prover node's.
  L1_RPC_URLS: 'ETHEREUM_HOSTS',
  L1_CHAIN_ID: 'L1_CHAIN_ID',
  REGISTRY_ADDRESS: 'REGISTRY_CONTRACT_ADDRESS',
  ROLLUP_VERSION: 'ROLLUP_VERSION',
  /** The accounts that submit, whose balance is watched. */
  PUBLISHER_ADDRESSES: 'PROVER_PUBLISHER_ADDRESSES',
} as const;
