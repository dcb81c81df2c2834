import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { networkDefaults } from '../../../../shared/config/aztec/network-defaults.ts';
import { findFreePort } from '../../../../containers/local-fleet/find-free-port.ts';
import { addNetwork } from '../../../../containers/cli/command-line/add-network.ts';

const REGISTRY = `0x${'ab'.repeat(20)}`;
const LIST = JSON.stringify({
  testnet: { registryAddress: REGISTRY, bootnodes: ['enr:1', 'enr:2'], snapshots: ['https://s/'], l1ChainId: 11155111 },
});

describe('addNetwork', () => {
  let directory: string;
  let list: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'coppice-network-'));
    list = path.join(directory, 'networks.json');
    writeFileSync(list, LIST);
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  function aNodeOn(network: string, environment: Record<string, string> = {}): ReturnType<typeof addNetwork> {
    return addNetwork({ NETWORK: network, DATA_DIRECTORY: directory, NETWORK_CONFIG_LOCATION: list, ...environment }, [
      'prover-node',
    ]);
  }

  it("adds the network's published defaults, and its contracts and boot nodes from the list", async () => {
    expect(await aNodeOn('testnet')).toMatchObject({
      environment: {
        L1_CHAIN_ID: '11155111',
        P2P_ENABLED: 'true',
        REGISTRY_CONTRACT_ADDRESS: REGISTRY,
        BOOTSTRAP_NODES: 'enr:1,enr:2',
      },
      notices: [],
    });
  });

  it('keeps explicit settings', async () => {
    const given = { L1_CHAIN_ID: '5', P2P_ENABLED: 'false', BOOTSTRAP_NODES: 'enr:mine', PROVER_REAL_PROOFS: 'false' };
    expect((await aNodeOn('testnet', given)).environment).toMatchObject(given);
  });

  it('fetches no list when everything is given, and none for an agent', async () => {
    const nowhere = { NETWORK_CONFIG_LOCATION: path.join(directory, 'missing.json') };
    const given = { ...nowhere, REGISTRY_CONTRACT_ADDRESS: REGISTRY, BOOTSTRAP_NODES: 'enr:mine' };
    expect((await aNodeOn('testnet', given)).notices).toEqual([]);
    const agent = await addNetwork({ NETWORK: 'devnet', ...nowhere }, ['prover-agent']);
    expect(agent).toMatchObject({ environment: { PROVER_REAL_PROOFS: 'false' }, notices: [] });
  });

  it.each([[[]], [['prover-broker']]])('needs nothing of Aztec and no list for %j without L1', async (roles) => {
    const { environment, notices } = await addNetwork({ NETWORK: 'testnet', NETWORK_CONFIG_LOCATION: list }, roles);
    expect(notices).toEqual([]);
    expect(environment).toEqual({
      NETWORK: 'testnet',
      NETWORK_CONFIG_LOCATION: list,
      DATA_DIRECTORY: path.join(homedir(), '.aztec/testnet/data'),
    });
    // Where Aztec keeps a network's data, by its own packages.
    expect(networkDefaults('testnet')).toMatchObject({ DATA_DIRECTORY: environment['DATA_DIRECTORY'] });
  });

  it('adds the contracts for a broker that reads L1, and no published default', async () => {
    const l1 = { ETHEREUM_HOSTS: 'http://127.0.0.1:8545', NETWORK_CONFIG_LOCATION: list, DATA_DIRECTORY: directory };
    const { environment } = await addNetwork({ NETWORK: 'testnet', ...l1 }, ['prover-broker']);
    expect(environment).toMatchObject({ REGISTRY_CONTRACT_ADDRESS: REGISTRY, L1_CHAIN_ID: '11155111' });
    expect(environment).not.toHaveProperty('PROVER_REAL_PROOFS');
    const { notices } = await addNetwork({ NETWORK: 'mainnet', ...l1 }, ['prover-broker']);
    expect(notices).toEqual([expect.stringContaining('give --registry-address, or --network-config-location')]);
  });

  it('reports what to give when no list has the network, and continues without it', async () => {
    const { environment, notices } = await aNodeOn('mainnet');
    expect(environment).toMatchObject({ L1_CHAIN_ID: '1' });
    expect(notices).toEqual([
      `network mainnet is in no list of networks (${list}: has no network mainnet): give --registry-address and --p2p.bootstrapNodes, or --network-config-location with a file or URL of a list`,
    ]);
  });

  it('uses the last list when it cannot be fetched', async () => {
    await aNodeOn('testnet');
    const { environment } = await aNodeOn('testnet', {
      NETWORK_CONFIG_LOCATION: path.join(directory, 'missing.json'),
    });
    expect(environment).toMatchObject({ REGISTRY_CONTRACT_ADDRESS: REGISTRY });
  });

  it('fetches a list from a server, and continues without it after an error', async () => {
    const server = createServer((request, response) => {
      response.writeHead(request.url === '/networks.json' ? 200 : 404).end(LIST);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const missing = await aNodeOn('testnet', { NETWORK_CONFIG_LOCATION: `${origin}/other.json` });
      expect(missing.notices).toEqual([expect.stringContaining(`(${origin}/other.json: HTTP status 404): give`)]);
      const found = await aNodeOn('testnet', { NETWORK_CONFIG_LOCATION: `${origin}/networks.json` });
      expect(found.environment).toMatchObject({ REGISTRY_CONTRACT_ADDRESS: REGISTRY });
    } finally {
      server.close();
    }
  });

  it('says why no list could be read, without the key of its URL', async () => {
    const { notices } = await aNodeOn('testnet', {
      NETWORK_CONFIG_LOCATION: `http://op:hunter2@127.0.0.1:${await findFreePort()}/n.json`,
    });
    expect(notices).toEqual([expect.stringMatching(/\(http:\/\/127\.0\.0\.1:\d+\/\[Redacted\]: connect ECONNREFUSED/)]);
    expect(notices.join()).not.toContain('hunter2');
  });

  it.each([['local'], ['xyzzy']])('adds nothing for %s', async (network) => {
    const environment = { NETWORK: network };
    expect(await addNetwork(environment, ['prover-node'])).toEqual({ environment, notices: [] });
  });
});
