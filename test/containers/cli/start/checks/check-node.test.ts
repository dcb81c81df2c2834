import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { RegistryAbi } from '@aztec/l1-artifacts/RegistryAbi';
import { encodeFunctionData, pad } from 'viem';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { checkNode } from '../../../../../containers/cli/start/checks/check-node.ts';
import { exitCodeOf, type RoleFinding } from '../../../../../containers/cli/start/checks/role-finding.ts';
import { lockDataDirectory } from '../../../../../containers/node/lock-data-directory.ts';
import { parseNodeSettings } from '../../../../../shared/config/groups/node-settings.ts';
import { blockAt, L1Stub } from './l1-stub.ts';

const REGISTRY = '0x00000000000000000000000000000000000000a1';
const GET_CANONICAL_ROLLUP = encodeFunctionData({ abi: RegistryAbi, functionName: 'getCanonicalRollup' });

describe('the checks of a node', () => {
  let directory: string;
  let l1: L1Stub;
  let environment: Record<string, string>;

  beforeEach(async () => {
    directory = mkdtempSync(path.join(tmpdir(), 'coppice-node-'));
    l1 = await L1Stub.start({
      eth_chainId: () => '0x1',
      eth_getBlockByNumber: () => blockAt(100, Date.now()),
      eth_getCode: ([address]) => (address === REGISTRY ? '0x60' : '0x'),
      eth_getBalance: () => '0x8ac7230489e80000',
      eth_gasPrice: () => '0x3b9aca00',
      eth_call: ([call]) =>
        (call as { data: string }).data === GET_CANONICAL_ROLLUP ? pad(REGISTRY, { size: 32 }) : '0x',
    });
    environment = {
      ETHEREUM_HOSTS: l1.url,
      L1_CHAIN_ID: '1',
      REGISTRY_CONTRACT_ADDRESS: REGISTRY,
      PROVER_PUBLISHER_PRIVATE_KEYS: `0x${'1'.repeat(64)}`,
      BLOB_FILE_STORE_URLS: 'file:///blobs',
      DATA_DIRECTORY: path.join(directory, 'data'),
      AZTEC_PORT: '0',
    };
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    l1.close();
    rmSync(directory, { recursive: true });
  });

  async function check(change: Record<string, string | undefined> = {}): Promise<readonly RoleFinding[]> {
    for (const [name, value] of Object.entries({ ...environment, ...change })) vi.stubEnv(name, value);
    return checkNode(parseNodeSettings({ ...environment, ...change }));
  }

  function about(subject: string, findings: readonly RoleFinding[]): RoleFinding | undefined {
    return findings.find((finding) => finding.subject === subject);
  }

  it('find nothing missing where all is well, and make nothing', async () => {
    const findings = await check();
    expect(findings.filter(({ state }) => state === 'missing' || state === 'warning')).toEqual([]);
    expect(exitCodeOf(findings)).toBe(0);
    expect(() => rmSync(path.join(directory, 'data'))).toThrow('ENOENT');
  });

  it('find an address that is no registry: the settings are wrong', async () => {
    const findings = await check({ REGISTRY_CONTRACT_ADDRESS: '0x0000000000000000000000000000000000000000' });
    expect(about('registry', findings)).toMatchObject({ state: 'missing' });
    expect(about('registry', findings)?.detail).toContain('--registry-address (REGISTRY_CONTRACT_ADDRESS): 0x0');
    expect(exitCodeOf(findings)).toBe(2);
  });

  it.each([
    ['missing', undefined],
    ['malformed', '{"schemaVersion": 1, '],
  ])('find a key store that is %s', async (_kind, content) => {
    const keyStore = path.join(directory, 'keys.json');
    if (content !== undefined) writeFileSync(keyStore, content);
    const findings = await check({ KEY_STORE_DIRECTORY: keyStore });
    expect(about('publisher', findings)).toMatchObject({ state: 'missing', fault: 'settings' });
    expect(about('publisher', findings)?.detail).toContain(keyStore);
  });

  it('warn of an account that cannot pay, which can be funded until the first root', async () => {
    l1.answers['eth_getBalance'] = () => '0x0';
    const findings = await check();
    expect(about('balance', findings)).toMatchObject({ state: 'warning' });
    expect(about('balance', findings)?.detail).toMatch(/the publisher 0x[0-9a-fA-F]{40} cannot pay for a submission/);
    expect(about('balance', findings)?.remedy).toMatch(/^send ETH to it/);
    expect(exitCodeOf(findings)).toBe(0);
  });

  it.each([
    [undefined, 'missing', 2],
    ['true', 'warning', 0],
  ])('find that there is no source of blobs; allowed: %s', async (allowed, state, code) => {
    const findings = await check({ BLOB_FILE_STORE_URLS: undefined, BLOB_ALLOW_EMPTY_SOURCES: allowed });
    expect(about('blobs', findings)).toMatchObject({ state });
    expect(about('blobs', findings)?.remedy).toContain('give --l1-consensus-host-urls (L1_CONSENSUS_HOST_URLS) or ');
    expect(exitCodeOf(findings)).toBe(code);
  });

  it('find that the only consensus node does not respond, or refuses its key', async () => {
    const consensus = createServer((request, response) => {
      const isKnown = request.url === '/eth/v1/beacon/headers?key=good';
      response.writeHead(isKnown ? 200 : 401).end('{}');
    });
    await new Promise<void>((resolve) => consensus.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(consensus.address() as AddressInfo).port}`;
    const subject = `L1 consensus node at ${new URL(url).host}`;
    const change = { BLOB_FILE_STORE_URLS: undefined, L1_CONSENSUS_HOST_URLS: url };
    const good = await check({ ...change, L1_CONSENSUS_HOST_API_KEYS: 'good' });
    expect(about(subject, good)).toMatchObject({ state: 'ready' });
    const bad = await check({ ...change, L1_CONSENSUS_HOST_API_KEYS: 'bad-secret' });
    expect(about(subject, bad)).toMatchObject({ state: 'missing', detail: 'responds with HTTP 401' });
    expect(JSON.stringify(bad)).not.toContain('bad-secret');
    consensus.close();
    consensus.closeAllConnections();
    const silent = await check(change);
    expect(about(subject, silent)?.detail).toContain('ECONNREFUSED');
    expect(exitCodeOf(silent)).toBe(1);
  });

  it('find another node in the data directory, and leave it alone', async () => {
    const lock = lockDataDirectory(environment['DATA_DIRECTORY']!);
    const held = await check();
    expect(about('lock of the data directory', held)?.detail).toContain('another prover node works in');
    expect(exitCodeOf(held)).toBe(1);
    lock.close();
    expect(about('lock of the data directory', await check())).toMatchObject({ state: 'ready' });
  });

  it('find a port that is in use', async () => {
    const port = Number(new URL(l1.url).port);
    const findings = await check({ AZTEC_PORT: String(port) });
    expect(about(`port ${port}/tcp`, findings)).toMatchObject({ state: 'missing' });
    expect(about(`port ${port}/tcp`, findings)?.remedy).toContain('--port (AZTEC_PORT)');
  });

  it('find that L1 is out of reach, and ask it nothing more', async () => {
    l1.close();
    const findings = await check();
    expect(about('registry', findings)).toBeUndefined();
    expect(about('balance', findings)).toBeUndefined();
    expect(exitCodeOf(findings)).toBe(1);
  });
});
