import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { json } from 'node:stream/consumers';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { FleetStatus } from '../../../containers/fleet-view/fleet-status.ts';
import { runCoppice, startCoppice } from '../../fixtures/run-coppice.ts';

/** Each poll starts a process. */
const SLOW = { interval: 500 };
const SIMULATED = { PROVER_REAL_PROOFS: 'false' };

/** What an L1 without contracts answers. */
const RESULTS: Readonly<Record<string, unknown>> = {
  eth_chainId: '0x1',
  eth_getBlockByNumber: { number: '0x1', hash: `0x${'ab'.repeat(32)}`, timestamp: '0x1', transactions: [] },
};

describe('coppice start', () => {
  let workingDirectory: string;
  const started: { readonly pid?: number | undefined }[] = [];
  beforeEach(() => {
    workingDirectory = mkdtempSync(path.join(tmpdir(), 'coppice-start-'));
  });
  afterEach(() => {
    for (const { pid } of started.splice(0)) if (pid !== undefined && isRunning(pid)) process.kill(pid, 'SIGKILL');
    rmSync(workingDirectory, { recursive: true });
  });

  async function agentsAtWork(): Promise<FleetStatus['agents']> {
    const { stdout } = await runCoppice(['status', '--json'], { workingDirectory });
    if (stdout === '') return [];
    const { agents } = JSON.parse(stdout) as FleetStatus;
    return agents.filter(({ state, pid }) => state === 'idle' && isRunning(pid));
  }

  it('exits as unfit on a machine without a prover, and reports what is missing', async () => {
    const { code, stderr } = await runCoppice(['start', '--prover-agent'], { workingDirectory });
    expect(code).toBe(3);
    expect(stderr).toContain('real proofs need');
  });

  it('exits as misused when L1 has no registry at the address', async () => {
    const l1 = createServer((request, response) => {
      void json(request).then((call) => {
        const { id, method } = call as { id: number; method: string };
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ jsonrpc: '2.0', id, result: RESULTS[method] ?? '0x' }));
      });
    });
    await new Promise<void>((resolve) => l1.listen(0, '127.0.0.1', resolve));
    const { code, stderr } = await runCoppice(['start', '--prover-node'], {
      workingDirectory,
      environment: {
        NODE_BACKEND: process.env['NODE_BACKEND'] ?? '',
        ETHEREUM_HOSTS: `http://127.0.0.1:${(l1.address() as AddressInfo).port}`,
        L1_CHAIN_ID: '1',
        REGISTRY_CONTRACT_ADDRESS: `0x${'0'.repeat(40)}`,
        PROVER_PUBLISHER_PRIVATE_KEYS: `0x${'1'.repeat(64)}`,
      },
    });
    l1.close();
    expect(code).toBe(2);
    expect(stderr).toContain('--registry-address (REGISTRY_CONTRACT_ADDRESS): 0x0000');
    expect(stderr).not.toContain('"stack"');
  });

  it('runs agents as processes, restarts one that was killed, and stops all at SIGTERM', async () => {
    const fleet = startCoppice(['start', '--prover-agent', '--agents', '2', '--agent-id', 'test'], {
      workingDirectory,
      environment: SIMULATED,
    });
    started.push(fleet.child);
    await expect.poll(async () => (await agentsAtWork()).length === 2, SLOW).toBe(true);
    const before = await agentsAtWork();
    expect(before.map(({ agentId }) => agentId).sort()).toEqual(['test-1', 'test-2']);

    const killed = before[0]!;
    process.kill(killed.pid, 'SIGKILL');
    await expect
      .poll(
        async () => (await agentsAtWork()).some(({ pid, agentId }) => agentId === killed.agentId && pid !== killed.pid),
        SLOW,
      )
      .toBe(true);

    const after = await agentsAtWork();
    fleet.child.kill('SIGTERM');
    expect((await fleet.result).code).toBe(0);
    expect([...before, ...after].filter(({ pid }) => isRunning(pid))).toEqual([]);
  });

  it('leaves no agent behind when it is killed itself', async () => {
    const fleet = startCoppice(['start', '--prover-agent', '--agents', '2'], {
      workingDirectory,
      environment: SIMULATED,
    });
    started.push(fleet.child);
    await expect.poll(async () => (await agentsAtWork()).length === 2, SLOW).toBe(true);
    const agents = await agentsAtWork();
    fleet.child.kill('SIGKILL');
    await expect.poll(() => !agents.some(({ pid }) => isRunning(pid))).toBe(true);
    expect(await agentsAtWork()).toEqual([]);
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
