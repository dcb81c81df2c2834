import { RegistryAbi } from '@aztec/l1-artifacts/RegistryAbi';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import { pino } from 'pino';
import { encodeFunctionData, pad } from 'viem';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { lockDataDirectory } from '../../../containers/node/lock-data-directory.ts';
import { runNode } from '../../../containers/node/run-node.ts';
import { InvalidSettingsError } from '../../../shared/config/errors.ts';
import { parseNodeSettings } from '../../../shared/config/groups/node-settings.ts';
import { openEmbeddedEngine } from '../../../shared/engine/embedded/embedded-engine.ts';
import { NO_METRICS } from '../../../shared/telemetry/open-metrics.ts';

const REGISTRY = '0x00000000000000000000000000000000000000a1';
const KEY = `0x${'1'.repeat(64)}`;
const GET_CANONICAL_ROLLUP = encodeFunctionData({ abi: RegistryAbi, functionName: 'getCanonicalRollup' });

describe('the start of the node', () => {
  let directory: string;
  let l1: Server;
  let onSync: () => void;
  /** Resolves when Aztec's packages send their first request: the sync has begun, and is not answered. */
  let synced: Promise<void>;
  let lines: string[];
  let environment: Record<string, string>;

  beforeEach(async () => {
    directory = mkdtempSync(path.join(tmpdir(), 'coppice-node-'));
    synced = new Promise((resolve) => (onSync = resolve));
    lines = [];
    l1 = createServer((request, response) => {
      void json(request).then((body) => {
        const calls = [body].flat() as { id: number; method: string; params?: (string | { data?: string })[] }[];
        const results = calls.map(({ id, method, params }) => ({
          jsonrpc: '2.0',
          id,
          result: answer(method, params ?? []),
        }));
        if (results.some(({ result }) => result === undefined)) {
          onSync();
          return;
        }
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(Array.isArray(body) ? results : results[0]));
      });
    });
    const port = await listen(l1);
    environment = {
      ETHEREUM_HOSTS: `http://127.0.0.1:${port}`,
      L1_CHAIN_ID: '1',
      REGISTRY_CONTRACT_ADDRESS: REGISTRY,
      PROVER_PUBLISHER_PRIVATE_KEYS: KEY,
      DATA_DIRECTORY: path.join(directory, 'data'),
      AZTEC_PORT: '0',
    };
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    l1.closeAllConnections();
    l1.close();
    rmSync(directory, { recursive: true });
  });

  async function start(more: Record<string, string> = {}, signal = new AbortController().signal): Promise<void> {
    for (const [name, value] of Object.entries({ ...environment, ...more })) vi.stubEnv(name, value);
    const engine = openEmbeddedEngine({ dataDirectory: path.join(directory, 'engine'), leaseSeconds: 120 });
    const log = pino({ level: 'info' }, { write: (line: string) => lines.push(line) });
    try {
      await runNode(parseNodeSettings({ ...environment, ...more }), { engine, metrics: NO_METRICS, log, signal });
    } finally {
      await engine.close();
    }
  }

  it('refuses a registry that is none before the sync', async () => {
    const refused = start({ REGISTRY_CONTRACT_ADDRESS: '0x0000000000000000000000000000000000000000' });
    await expect(refused).rejects.toThrow('--registry-address (REGISTRY_CONTRACT_ADDRESS): 0x0');
  });

  it.each([
    ['missing', undefined],
    ['malformed', '{"schemaVersion": 1, '],
  ])('refuses a key store that is %s before the sync', async (_kind, content) => {
    const keyStore = path.join(directory, 'keys.json');
    if (content !== undefined) writeFileSync(keyStore, content);
    const refused = start({ KEY_STORE_DIRECTORY: keyStore });
    await expect(refused).rejects.toBeInstanceOf(InvalidSettingsError);
    await expect(refused).rejects.toThrow('--proverNode.keyStoreDirectory (KEY_STORE_DIRECTORY): ');
    await expect(refused).rejects.toThrow(keyStore);
  });

  it('refuses a status port that is in use before the sync', async () => {
    const other = createServer();
    const port = await listen(other);
    await expect(start({ AZTEC_PORT: String(port) })).rejects.toThrow(
      `port ${port} of the node's status is in use: stop the program that listens there, or give another --port (AZTEC_PORT), 0 for none`,
    );
    other.close();
  });

  it('refuses a data directory in which another node works', async () => {
    const lock = lockDataDirectory(path.join(directory, 'data'));
    await expect(start()).rejects.toThrow(`another prover node works in ${path.join(directory, 'data')}`);
    lock.close();
  });

  it('ends without an error when it is stopped while it catches up', async () => {
    const end = new AbortController();
    const node = start({}, end.signal);
    await Promise.race([synced, node]);
    end.abort();
    await expect(node).resolves.toBeUndefined();
    lockDataDirectory(path.join(directory, 'data')).close();
  });

  it('warns of a publisher without ether, and of missing sources of blobs', async () => {
    const end = new AbortController();
    const node = start({}, end.signal);
    await Promise.race([synced, node]);
    end.abort();
    await node;
    expect(lines.join('')).toMatch(/the publisher 0x[0-9a-fA-F]{40} cannot pay for a submission/);
    expect(lines.join('')).toContain('give --l1-consensus-host-urls (L1_CONSENSUS_HOST_URLS) or ');
  });
});

async function listen(server: Server): Promise<number> {
  // On all interfaces, as the status server.
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return (server.address() as AddressInfo).port;
}

/** What Coppice's own checks ask for; `undefined` for all else. */
function answer(method: string, [subject]: readonly (string | { data?: string })[]): string | undefined {
  if (method === 'eth_chainId') return '0x1';
  if (method === 'eth_getCode') return subject === REGISTRY ? '0x60' : '0x';
  if (method === 'eth_getBalance') return '0x0';
  if (method === 'eth_gasPrice') return '0x3b9aca00';
  if (method === 'eth_call' && typeof subject === 'object' && subject.data === GET_CANONICAL_ROLLUP)
    return pad(REGISTRY, { size: 32 });
  return undefined;
}
