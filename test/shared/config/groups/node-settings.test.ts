import { inspect } from 'node:util';

import { describe, expect, it } from 'vitest';

import { InvalidSettingsError } from '../../../../shared/config/errors.ts';
import { parseNodeSettings } from '../../../../shared/config/groups/node-settings.ts';
import type { Environment } from '../../../../shared/config/parse-settings.ts';

const KEY = `0x${'5e'.repeat(32)}`;
const ADDRESS = `0x${'ab'.repeat(20)}`;

function aNodeEnvironment(overrides: Environment = {}): Environment {
  return {
    ETHEREUM_HOSTS: 'http://127.0.0.1:8545',
    L1_CHAIN_ID: '31337',
    REGISTRY_CONTRACT_ADDRESS: ADDRESS,
    PROVER_PUBLISHER_PRIVATE_KEY: KEY,
    ...overrides,
  };
}

const printBigints = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

function problemsOf(environment: Environment): readonly string[] {
  try {
    parseNodeSettings(environment);
    return [];
  } catch (error) {
    if (error instanceof InvalidSettingsError) return error.problems;
    throw error;
  }
}

describe('parseNodeSettings', () => {
  it('needs an L1, its chain, a registry and an account, and has a default for the rest', () => {
    expect(parseNodeSettings(aNodeEnvironment())).toMatchObject({
      l1ChainId: 31337,
      registryAddress: ADDRESS,
      rollupVersion: 'canonical',
      realProofs: true,
      engine: 'embedded',
      dataDirectory: 'data',
      sweepSeconds: 15,
      attemptsLostAgent: 5,
      gasPriceMaxWei: 2_000_000_000_000n,
      p2pEnabled: false,
      p2pPort: 40400,
    });
  });

  it('lists everything that is wrong or missing at once, with what is allowed', () => {
    const environment = {
      L1_CHAIN_ID: '0x8',
      COPPICE_LEASE_SECONDS: '8GB',
      COPPICE_ENGINE: 'asw',
      COPPICE_AWS_PREFIX: 'Coppice',
      AWS_REGION: 'frankfurt',
      PROVER_PROOF_STORE: 's3://bucket/proofs',
      SYNC_MODE: 'snapshots',
      PROVER_REAL_PROOFS: 'yes',
    };
    expect(problemsOf(environment)).toMatchInlineSnapshot(`
      [
        "missing --l1-rpc-urls (ETHEREUM_HOSTS): RPC URLs of L1 execution nodes, in order of preference (a comma-separated list, each item a URL (http or https), none twice)",
        "--l1-chain-id (L1_CHAIN_ID) must be a whole number of at least 1; got '0x8'",
        "missing --registry-address (REGISTRY_CONTRACT_ADDRESS): Address of Aztec's registry contract on L1; set by --network (an Ethereum address: 0x and 40 hexadecimal digits)",
        "--proverAgent.realProofs (PROVER_REAL_PROOFS) must be true or false; got 'yes'",
        "--engine (COPPICE_ENGINE) must be embedded or aws; got 'asw'; did you mean aws?",
        "--aws-prefix (COPPICE_AWS_PREFIX) must be up to 50 lower-case letters, digits and single dashes between them; got 'Coppice'",
        "--aws-region (AWS_REGION) must be a region, such as eu-central-1; got 'frankfurt'",
        "--proverNode.proofStore (PROVER_PROOF_STORE) must be file:// and an absolute path (engine embedded), or s3:// and a bucket without a path (engine aws; each fleet needs a bucket to itself); got 's3://bucket/proofs'",
        "--lease-seconds (COPPICE_LEASE_SECONDS) must be a whole number from 3 to 43200; got '8GB'",
        "--sync-mode (SYNC_MODE) must be full, snapshot or force-snapshot; got 'snapshots'; did you mean snapshot?",
        "no account to submit proofs with: give --proverNode.proverPublisherPrivateKeys (PROVER_PUBLISHER_PRIVATE_KEYS) or --proverNode.keyStoreDirectory (KEY_STORE_DIRECTORY)",
      ]
    `);
  });

  it('says nothing of a secret, neither when it is wrong nor when it is right', () => {
    const secrets = {
      PROVER_PUBLISHER_PRIVATE_KEYS: `${KEY},0xhunter2`,
      ETHEREUM_HOSTS: 'https://eth.example/v2/hunter2hunter2hunter2,hunter2',
      L1_CONSENSUS_HOST_API_KEYS: 'hunter2',
    };
    const problems = problemsOf(aNodeEnvironment(secrets));
    expect(problems).toHaveLength(2);
    expect(problems.join()).not.toMatch(/hunter2|5e5e/);

    const right = {
      L1_CONSENSUS_HOST_API_KEYS: 'hunter2',
      ETHEREUM_HOSTS: 'https://eth.example/v2/hunter2hunter2hunter2',
    };
    const settings = parseNodeSettings(aNodeEnvironment(right));
    expect(inspect(settings, { depth: null }) + JSON.stringify(settings, printBigints)).not.toMatch(/hunter2|5e5e/);
  });

  it.each([['PROVER_PUBLISHER_PRIVATE_KEYS'], ['PROVER_PUBLISHER_PRIVATE_KEY'], ['L1_PRIVATE_KEY']])(
    'takes the key from %s',
    (variable) => {
      const environment = aNodeEnvironment({ PROVER_PUBLISHER_PRIVATE_KEY: undefined, [variable]: KEY });
      expect(parseNodeSettings(environment).proverPublisherPrivateKeys?.map((key) => key.reveal())).toEqual([KEY]);
    },
  );

  it('lets the first name of a setting win over its other names', () => {
    const environment = aNodeEnvironment({ PROVER_PUBLISHER_PRIVATE_KEYS: '0x'.padEnd(66, '1'), L1_PRIVATE_KEY: KEY });
    const [key] = parseNodeSettings(environment).proverPublisherPrivateKeys ?? [];
    expect(key?.reveal()).toBe('0x'.padEnd(66, '1'));
  });

  it('takes an empty variable for an absent one', () => {
    expect(parseNodeSettings(aNodeEnvironment({ COPPICE_SWEEP_SECONDS: ' ', PROVER_ID: '' }))).toMatchObject({
      sweepSeconds: 15,
      proverId: undefined,
    });
    expect(problemsOf(aNodeEnvironment({ L1_CHAIN_ID: '' }))).toHaveLength(1);
  });

  it('takes the addresses of a remote signer only with the signer and a prover id', () => {
    const remote = { PROVER_PUBLISHER_PRIVATE_KEY: undefined, PROVER_PUBLISHER_ADDRESSES: ADDRESS };
    expect(problemsOf(aNodeEnvironment(remote))).toEqual([
      '--proverNode.web3SignerUrl (WEB3_SIGNER_URL) and --proverNode.proverPublisherAddresses ' +
        '(PROVER_PUBLISHER_ADDRESSES) must be given together',
      expect.stringContaining('no account to submit proofs with'),
    ]);
    const withSigner = { ...remote, WEB3_SIGNER_URL: 'http://signer:9000' };
    expect(problemsOf(aNodeEnvironment(withSigner))).toEqual([
      '--proverNode.proverId (PROVER_ID) is missing: accounts of a remote signer need it',
    ]);
    expect(problemsOf(aNodeEnvironment({ ...withSigner, PROVER_ID: ADDRESS }))).toEqual([]);
  });

  it('needs no account when nothing is submitted and the prover has an id', () => {
    const shadow = {
      PROVER_PUBLISHER_PRIVATE_KEY: undefined,
      PROVER_NODE_DISABLE_PROOF_PUBLISH: '1',
      PROVER_ID: ADDRESS,
    };
    expect(problemsOf(aNodeEnvironment(shadow))).toEqual([]);
  });

  it('knows alpha-testnet by its newer name', () => {
    expect(parseNodeSettings(aNodeEnvironment({ NETWORK: 'alpha-testnet' })).network).toBe('testnet');
  });
});
