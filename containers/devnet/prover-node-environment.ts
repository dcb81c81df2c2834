import fs from 'node:fs';

import type { DevnetManifest } from './devnet-manifest.ts';

/** Variables of a prover node, by Aztec's names. */
export type ProverNodeEnvironment = Readonly<Record<string, string>>;

/** A devnet's slots are seconds, so the node polls more often than on a real network. */
const POLL_MS = '200';

/** What a prover node needs to follow a devnet from another process, without its publisher's key. */
export function proverNodeEnvironment(manifest: DevnetManifest): ProverNodeEnvironment {
  const { timing } = manifest;
  return {
    ETHEREUM_HOSTS: manifest.l1RpcUrl,
    L1_CHAIN_ID: String(manifest.l1ChainId),
    REGISTRY_CONTRACT_ADDRESS: manifest.registryAddress,
    ROLLUP_VERSION: String(manifest.rollupVersion),
    ETHEREUM_SLOT_DURATION: String(timing.ethereumSlotSeconds),
    AZTEC_SLOT_DURATION: String(timing.aztecSlotSeconds),
    AZTEC_EPOCH_DURATION: String(timing.epochSlots),
    AZTEC_PROOF_SUBMISSION_EPOCHS: String(timing.proofSubmissionEpochs),
    // The devnet funds exactly Aztec's test accounts; without this variable a node starts from another state.
    TEST_ACCOUNTS: 'true',
    SPONSORED_FPC: 'false',
    PROVER_REAL_PROOFS: 'false',
    P2P_ENABLED: 'false',
    BLOB_FILE_STORE_URLS: manifest.blobStoreUrl,
    TX_COLLECTION_NODE_RPC_URLS: manifest.nodeRpcUrl,
    PROVER_NODE_POLLING_INTERVAL_MS: POLL_MS,
    ARCHIVER_POLLING_INTERVAL_MS: POLL_MS,
    ARCHIVER_VIEM_POLLING_INTERVAL_MS: POLL_MS,
    L1_READER_VIEM_POLLING_INTERVAL_MS: POLL_MS,
    WS_BLOCK_CHECK_INTERVAL_MS: POLL_MS,
    P2P_BLOCK_CHECK_INTERVAL_MS: POLL_MS,
  };
}

/** Writes the variables as a `.env` file. */
export function writeEnvironmentFile(file: string, environment: ProverNodeEnvironment): void {
  const lines = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  fs.writeFileSync(
    file,
    [
      '# A prover node for this devnet. Its publisher needs a key as well, in PROVER_PUBLISHER_PRIVATE_KEYS: one of',
      "# anvil's well-known accounts, the second for instance.",
      ...lines,
      '',
    ].join('\n'),
  );
}
