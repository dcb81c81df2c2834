import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

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
    return addNetwork(
      { NETWORK: network, DATA_DIRECTORY: directory, NETWORK_CONFIG_LOCATION: list, ...environment },
      { isForNode: true },
    );
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
    const agent = await addNetwork({ NETWORK: 'devnet', ...nowhere }, { isForNode: false });
    expect(agent).toMatchObject({ environment: { PROVER_REAL_PROOFS: 'false' }, notices: [] });
  });

  it('reports what to give when no list has the network, and continues without it', async () => {
    const { environment, notices } = await aNodeOn('mainnet');
    expect(environment).toMatchObject({ L1_CHAIN_ID: '1' });
    expect(notices).toEqual([
      'network mainnet is in no list of networks: give --registry-address and --p2p.bootstrapNodes, or --network-config-location with a file or URL of a list',
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
      expect(missing.notices).toHaveLength(1);
      const found = await aNodeOn('testnet', { NETWORK_CONFIG_LOCATION: `${origin}/networks.json` });
      expect(found.environment).toMatchObject({ REGISTRY_CONTRACT_ADDRESS: REGISTRY });
    } finally {
      server.close();
    }
  });

  it.each([['local'], ['xyzzy']])('adds nothing for %s', async (network) => {
    const environment = { NETWORK: network };
    expect(await addNetwork(environment, { isForNode: true })).toEqual({ environment, notices: [] });
  });
});
