import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { lockDataDirectory } from '../../../containers/node/lock-data-directory.ts';
import { runNode } from '../../../containers/node/run-node.ts';
import { InvalidSettingsError } from '../../../shared/config/errors.ts';
import { parseNodeSettings } from '../../../shared/config/groups/node-settings.ts';
import { openEmbeddedEngine } from '../../../shared/engine/embedded/embedded-engine.ts';
import { NO_METRICS } from '../../../shared/telemetry/open-metrics.ts';

const REGISTRY = '0x00000000000000000000000000000000000000a1';
const KEY = `0x${'1'.repeat(64)}`;

describe('the start of the node', () => {
  let directory: string;
  let l1: Server;
  let onSync: () => void;
  /** Resolves when Aztec's packages send their first request: the sync has begun, and is not answered. */
  let synced: Promise<void>;
  let environment: Record<string, string>;

  beforeEach(async () => {
    directory = mkdtempSync(path.join(tmpdir(), 'coppice-node-'));
    synced = new Promise((resolve) => (onSync = resolve));
    l1 = createServer(() => {
      onSync();
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
    const log = pino({ level: 'silent' });
    try {
      await runNode(parseNodeSettings({ ...environment, ...more }), { engine, metrics: NO_METRICS, log, signal });
    } finally {
      await engine.close();
    }
  }

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
});

async function listen(server: Server): Promise<number> {
  // On all interfaces, as the status server.
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return (server.address() as AddressInfo).port;
}
