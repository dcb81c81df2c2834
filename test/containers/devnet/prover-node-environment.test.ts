import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

import { ACCOUNT_INDEX, anvilPrivateKey } from '../../../containers/local-l1/devnet-accounts.ts';
import { type DevnetManifest, readManifest, writeManifest } from '../../../containers/devnet/devnet-manifest.ts';
import { DEFAULT_TIMING } from '../../../containers/devnet/l1/devnet-timing.ts';
import { proverNodeEnvironment, writeEnvironmentFile } from '../../../containers/devnet/prover-node-environment.ts';
import { readEnvFile } from '../../../shared/config/read-env-file.ts';

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'coppice-manifest-'));
const MANIFEST: DevnetManifest = {
  l1RpcUrl: 'http://127.0.0.1:8545',
  l1ChainId: 31_337,
  registryAddress: '0xb7f8bc63bbcad18155201308c8f3540b07f84f5e',
  rollupAddress: '0x322813fd9a801c5507c9de605d63cea4f2ce6c44',
  inboxAddress: '0x6a1b3c7624b69000d7848916fb4f42026409586c',
  rollupVersion: 2_509_509_111,
  genesisSeconds: 1_795_355_012,
  fundedAddresses: ['0x0a60414ee907527880b7a53d4dacdeb9ef768bb98d9d8d1e7200725c13763331'],
  nodeRpcUrl: 'http://127.0.0.1:8080',
  adminRpcUrl: 'http://127.0.0.1:8880',
  blobStoreUrl: 'file:///data/blobs',
  timing: DEFAULT_TIMING,
  proverPublisherAccountIndex: ACCOUNT_INDEX.proverPublisher,
};

afterEach(() => {
  for (const name of fs.readdirSync(directory)) fs.rmSync(path.join(directory, name));
});

describe('the files of a devnet', () => {
  it("give a prover node the network's addresses, genesis and timing by Aztec's names", () => {
    expect(proverNodeEnvironment(MANIFEST)).toMatchObject({
      ETHEREUM_HOSTS: 'http://127.0.0.1:8545',
      L1_CHAIN_ID: '31337',
      REGISTRY_CONTRACT_ADDRESS: MANIFEST.registryAddress,
      ROLLUP_VERSION: '2509509111',
      TEST_ACCOUNTS: 'true',
      PROVER_REAL_PROOFS: 'false',
      P2P_ENABLED: 'false',
      BLOB_FILE_STORE_URLS: 'file:///data/blobs',
      TX_COLLECTION_NODE_RPC_URLS: 'http://127.0.0.1:8080',
      ETHEREUM_SLOT_DURATION: '4',
      AZTEC_SLOT_DURATION: '12',
      AZTEC_EPOCH_DURATION: '8',
      AZTEC_PROOF_SUBMISSION_EPOCHS: '64',
    });
  });

  it('can be read back', () => {
    const environmentFile = path.join(directory, 'prover-node.env');
    const manifestFile = path.join(directory, 'devnet.json');
    writeEnvironmentFile(environmentFile, proverNodeEnvironment(MANIFEST));
    writeManifest(manifestFile, MANIFEST);
    expect(readEnvFile(environmentFile)?.variables).toEqual(proverNodeEnvironment(MANIFEST));
    expect(readManifest(manifestFile)).toEqual(MANIFEST);
  });

  it('hold no private key', () => {
    const environmentFile = path.join(directory, 'prover-node.env');
    const manifestFile = path.join(directory, 'devnet.json');
    writeEnvironmentFile(environmentFile, proverNodeEnvironment(MANIFEST));
    writeManifest(manifestFile, MANIFEST);
    const text = fs.readFileSync(environmentFile, 'utf8') + fs.readFileSync(manifestFile, 'utf8');
    for (const index of Object.values(ACCOUNT_INDEX)) expect(text).not.toContain(anvilPrivateKey(index).slice(2));
  });
});
