import { describe, expect, it } from 'vitest';

import { AGENT_GROUPS } from '../../../shared/config/groups/agent-settings.ts';
import { environmentFor, KNOWN_SETTINGS } from '../../../shared/config/groups/known-settings.ts';
import {
  applyDefaults,
  mergeSources,
  type MergedSources,
  type SettingSources,
} from '../../../shared/config/merge-sources.ts';
import { networkDefaults } from '../../../shared/config/aztec/network-defaults.ts';
import { NODE_GROUPS } from '../../../shared/config/groups/node-settings.ts';
import { SUPERSEDED_SETTINGS } from '../../../shared/config/aztec/superseded-settings.ts';

function merge({
  flags = {},
  environment = {},
  envFile = {},
}: {
  flags?: Record<string, string>;
  environment?: SettingSources['environment'];
  envFile?: SettingSources['envFile'];
}): MergedSources {
  return mergeSources(
    { flags: new Map(Object.entries(flags)), environment, envFile },
    KNOWN_SETTINGS,
    SUPERSEDED_SETTINGS,
  );
}

describe('mergeSources', () => {
  it('lets flags win over the environment, and the environment over the file', () => {
    const file = { COPPICE_LEASE_SECONDS: '1', PROVER_ID: 'file', DATA_DIRECTORY: 'file' };
    const environment = { COPPICE_LEASE_SECONDS: '2', PROVER_ID: 'environment' };
    expect(merge({ flags: { COPPICE_LEASE_SECONDS: '3' }, environment, envFile: file }).environment).toEqual({
      COPPICE_LEASE_SECONDS: '3',
      PROVER_ID: 'environment',
      DATA_DIRECTORY: 'file',
    });
  });

  it('lets the environment win over the file under whatever name it has it', () => {
    const merged = merge({
      environment: { L1_PRIVATE_KEY: 'environment' },
      envFile: { PROVER_PUBLISHER_PRIVATE_KEYS: 'file' },
    });
    expect(merged.environment).toEqual({ PROVER_PUBLISHER_PRIVATE_KEYS: 'environment' });
  });

  it('keeps other variables, and drops blank ones', () => {
    const environment = { PATH: '/bin', AWS_REGION: 'eu-west-1', NETWORK: '', EMPTY: ' ', HOME: undefined };
    expect(merge({ environment }).environment).toEqual({ PATH: '/bin', AWS_REGION: 'eu-west-1' });
  });

  it('lets a blank variable hide no value of the file', () => {
    expect(merge({ environment: { NETWORK: '' }, envFile: { NETWORK: 'testnet' } }).environment).toEqual({
      NETWORK: 'testnet',
    });
  });

  it("refuses unknown variables of ours, and only warns of one that resembles a variable of Aztec's", () => {
    const environment = {
      COPPICE_LEASE_SECS: '1',
      COPPICE_ZZZZZZZZZ: '1',
      PROVER_AGENT_CONT: '4',
      P2P_GOSSIPSUB_D: '8',
      SHELL_LEVEL: '1',
    };
    expect(merge({ environment })).toMatchObject({
      problems: [
        'unknown variable COPPICE_LEASE_SECS; did you mean COPPICE_LEASE_SECONDS?',
        'unknown variable COPPICE_ZZZZZZZZZ',
      ],
      notices: ['unknown variable PROVER_AGENT_CONT; did you mean PROVER_AGENT_COUNT?'],
    });
  });

  it("explains which of Aztec's settings have no effect here", () => {
    expect(merge({ environment: { PROVER_BROKER_BATCH_SIZE: '7' } }).notices).toEqual([
      '--proverBroker.proverBrokerBatchSize (PROVER_BROKER_BATCH_SIZE) has no effect: the engine holds the jobs (see --engine), also those of --prover-broker',
    ]);
  });

  it('warns of a key on the command line', () => {
    expect(merge({ flags: { PROVER_PUBLISHER_PRIVATE_KEYS: '0xhunter2' } }).notices).toEqual([
      '--proverNode.proverPublisherPrivateKeys shows the key to every user of this machine: set PROVER_PUBLISHER_PRIVATE_KEYS instead',
    ]);
    expect(merge({ environment: { PROVER_PUBLISHER_PRIVATE_KEYS: '0xhunter2' } }).notices).toEqual([]);
  });
});

describe('environmentFor', () => {
  it('gives an agent neither keys nor RPC URLs, whatever the environment has of them', () => {
    const environment = {
      PATH: '/bin',
      AWS_SECRET_ACCESS_KEY: 'for the engine',
      BB_BINARY_PATH: '/bb',
      PROVER_PUBLISHER_PRIVATE_KEYS: 'k',
      KEY_STORE_DIRECTORY: '/keys',
      PEER_ID_PRIVATE_KEY: 'k',
      L1_CONSENSUS_HOST_API_KEYS: 'k',
      ETHEREUM_HOSTS: 'https://eth.example/key',
      VALIDATOR_PRIVATE_KEY: 'k',
      MNEMONIC: 'k',
      COPPICE_DEVNET_EPOCHS: '2',
    };
    expect(environmentFor(AGENT_GROUPS, environment)).toEqual({
      PATH: '/bin',
      AWS_SECRET_ACCESS_KEY: 'for the engine',
      BB_BINARY_PATH: '/bb',
    });
    expect(environmentFor(NODE_GROUPS, environment)).toMatchObject({
      PROVER_PUBLISHER_PRIVATE_KEYS: 'k',
      ETHEREUM_HOSTS: 'https://eth.example/key',
    });
  });
});

describe('networkDefaults', () => {
  it("are Aztec's for its networks, and leave the process's environment as it is", () => {
    const before = { ...process.env };
    expect(networkDefaults('mainnet')).toMatchObject({
      L1_CHAIN_ID: '1',
      P2P_ENABLED: 'true',
      PROVER_REAL_PROOFS: 'true',
      AZTEC_EPOCH_DURATION: '32',
    });
    expect(networkDefaults('devnet')).toMatchObject({ PROVER_REAL_PROOFS: 'false', AZTEC_EPOCH_DURATION: '8' });
    expect(networkDefaults('local')).toEqual({});
    expect(process.env).toEqual(before);
  });

  it('give way to everything that is given, and nothing for what they leave blank', () => {
    const given = { L1_CHAIN_ID: '5', PATH: '/bin' };
    expect(applyDefaults(given, { L1_CHAIN_ID: '1', P2P_ENABLED: 'true', BOOTSTRAP_NODES: '' })).toEqual({
      L1_CHAIN_ID: '5',
      PATH: '/bin',
      P2P_ENABLED: 'true',
    });
  });
});
