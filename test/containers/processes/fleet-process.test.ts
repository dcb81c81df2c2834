import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { FleetProcess } from '../../../containers/processes/fleet-process.ts';
import { killAll, listProcesses, stillAlive } from '../../../containers/processes/process-table.ts';
import { readLastLines } from '../../../containers/processes/read-last-lines.ts';

const PARENT = fileURLToPath(new URL('start-agent-and-wait.ts', import.meta.url));

describe('FleetProcess', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'coppice-fleet-'));
  });

  afterEach(async () => rm(directory, { recursive: true, force: true }));

  it('reports how a process ended, and where its log is', async () => {
    const member = FleetProcess.start({
      name: 'agent-1',
      commandLine: ['start', '--prover-agent', '--lease-seconds', 'many'],
      environment: { PATH: process.env['PATH'] ?? '' },
      workingDirectory: directory,
      logDirectory: directory,
    });

    const end = await member.ended;

    expect(end.message).toBe(`agent-1 ended with code 2; its log is ${join(directory, 'agent-1.log')}`);
    expect(readLastLines(end.logFile, 10).join('\n')).toContain('--lease-seconds (COPPICE_LEASE_SECONDS)');
    expect(member.isRunning).toBe(false);
    // Stopping an ended process does nothing.
    await member.stop(1);
  });

  it('ends a process whose parent is killed before the process has loaded', async () => {
    const parent = spawn(process.execPath, [PARENT, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [said] = (await once(parent.stdout, 'data')) as [Buffer];
    const agent = listProcesses().filter(({ pid }) => pid === Number(said.toString()));
    expect(agent).toHaveLength(1);

    parent.kill('SIGKILL');

    try {
      await expect.poll(() => stillAlive(agent)).toEqual([]);
    } finally {
      killAll(stillAlive(agent));
    }
  });
});
