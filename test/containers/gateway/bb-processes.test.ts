import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { readBbTime } from '../../../containers/gateway/bb-processes.ts';

let proc: string;
beforeEach(async () => {
  proc = await mkdtemp(join(tmpdir(), 'coppice-proc-'));
  await addProcess(1, 'systemd', 0, [900, 100, 50, 50]);
  await addProcess(20, 'node', 1, [300, 100, 4_000, 1_000]);
  await mkdir(join(proc, 'self'));
});
afterEach(() => rm(proc, { recursive: true }));

/** @param ticks in user and system mode, of itself and of its children that have ended */
async function addProcess(pid: number, name: string, parent: number, ticks: readonly number[]): Promise<void> {
  await mkdir(join(proc, String(pid)), { recursive: true });
  const fields = ['S', parent, 1, 1, 0, -1, 0, 0, 0, 0, 0, ...ticks, 20, 0, 8, 0, 100];
  await writeFile(join(proc, String(pid), 'stat'), `${pid} (${name}) ${fields.join(' ')}\n`);
}

it('adds the bb that runs to those that have ended', async () => {
  await addProcess(30, 'bb-avm', 20, [200, 50, 0, 0]);
  await addProcess(31, 'bb', 20, [40, 10, 0, 0]);
  await addProcess(32, 'acvm', 20, [9_999, 0, 0, 0]);
  expect(await readBbTime(undefined, proc)).toEqual({ agentPid: 20, cpuSeconds: 53 });
});

it('finds the agent again between two proofs', async () => {
  expect(await readBbTime(20, proc)).toEqual({ agentPid: 20, cpuSeconds: 50 });
  expect(await readBbTime(99, proc)).toBeUndefined();
});

it('sees nothing where no bb has run, and where several agents have theirs', async () => {
  expect(await readBbTime(undefined, proc)).toBeUndefined();
  await addProcess(21, 'node (2) ', 1, [0, 0, 0, 0]);
  await addProcess(30, 'bb', 20, [200, 50, 0, 0]);
  await addProcess(31, 'bb', 21, [200, 50, 0, 0]);
  expect(await readBbTime(20, proc)).toBeUndefined();
});

it('sees nothing on a machine without /proc', async () => {
  expect(await readBbTime(undefined, join(proc, 'missing'))).toBeUndefined();
});
