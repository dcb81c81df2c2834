import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { DevnetRun } from './devnet-run.ts';

describe('npm start, when it is interrupted', () => {
  let dataDirectory: string;
  let run: DevnetRun;

  beforeEach(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), 'coppice-devnet-'));
    run = new DevnetRun(['--data-directory', dataDirectory]);
  });

  afterEach(async () => {
    run.killAll();
    await rm(dataDirectory, { recursive: true, force: true });
  });

  it('stops everything at a Ctrl-C while it starts', async () => {
    await untilSaid('deploying the L1 contracts');
    await expect.poll(() => run.seen.length).toBeGreaterThan(5);

    run.signal('SIGINT');

    expect(await run.exitCode()).toBe(130);
    expect(run.stillAlive()).toEqual([]);
    expect(run.output).toContain('all processes have stopped');
  });

  it('stops everything however often Ctrl-C comes, and at once when it comes again', async () => {
    await untilSaid('agent-2');

    const pressing = setInterval(() => run.signal('SIGINT'), 400);
    const exitCode = await run.exitCode();
    clearInterval(pressing);

    expect(exitCode).toBe(130);
    await expect.poll(() => run.stillAlive()).toEqual([]);
  });

  it('leaves no orphans when it is killed with kill -9', async () => {
    await untilSaid('agent-2');

    run.signal('SIGKILL');

    await expect.poll(() => run.stillAlive()).toEqual([]);
  });

  async function untilSaid(words: string): Promise<void> {
    await expect.poll(() => run.output, { interval: 50 }).toContain(words);
  }
});
