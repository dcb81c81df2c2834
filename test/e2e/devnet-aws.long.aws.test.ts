import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { anvilAccount } from '../../containers/local-l1/devnet-accounts.ts';
import { type DevnetManifest, readManifest } from '../../containers/devnet/devnet-manifest.ts';
import { DevnetRun } from './devnet-run.ts';
import { findKeyLeaks } from './find-key-leaks.ts';

describe("npm start -- --engine aws --agents gateway, with agents of Aztec's own", () => {
  let dataDirectory: string;
  let run: DevnetRun;
  let exitCode: number | null;
  let manifest: DevnetManifest;
  const cleanUps: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), 'coppice-devnet-'));
    cleanUps.push(() => rm(dataDirectory, { recursive: true, force: true }));
    const agents = ['--agents', 'gateway:2'];
    run = new DevnetRun(['--engine', 'aws', '--epochs', '1', ...agents, '--data-directory', dataDirectory]);
    cleanUps.push(async () => run.killAll());
    exitCode = await run.exitCode();
    manifest = readManifest(join(dataDirectory, 'devnet.json'));
  });

  afterAll(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
  });

  it('exits with 0, with nothing left running, the emulator and the functions included', () => {
    expect(exitCode, run.output).toBe(0);
    expect(run.output).toContain('all processes have stopped');
    expect(run.seen.length).toBeGreaterThanOrEqual(13);
    expect(run.stillAlive()).toEqual([]);
  });

  it('proves an epoch with every job that its shape foretells, and submits its root with the key of the secret', () => {
    const publisher = anvilAccount(manifest.proverPublisherAccountIndex).address;
    expect(run.output).toMatch(/^Epoch \d+ is proven on L1\.$/m);
    expect(run.output).toMatch(/ jobs +\d+ proven/);
    expect(run.output).not.toMatch(/\d expected$/m);
    expect(run.output).toContain(', submitEpochRootProof');
    expect(run.output.toLowerCase()).toContain(`from our publisher ${publisher.toLowerCase()}`);
  });

  it('says that the ledger ends with the emulator', () => {
    expect(run.output).toContain('end with the emulator of AWS');
    expect(run.output).not.toContain('npx coppice tree');
  });

  it('has its jobs proven by agents behind gateways, without a broker', async () => {
    expect(run.output).toContain("2 agents of Aztec's, each beside a gateway");
    for (const name of ['agent-1', 'agent-2']) expect(await logOf(name)).toContain('job proven');
    expect(await readdir(join(dataDirectory, 'logs'))).not.toContain('broker.log');
  });

  it('submits by the function: the node holds no key, and no file does', async () => {
    expect(await logOf('node')).toContain('nothing is submitted to L1: roots stay in the outbox');
    expect(await logOf('submit-root')).toContain('the epoch is proven on L1');
    const { files, leaks } = await findKeyLeaks(dataDirectory);
    expect(files.length).toBeGreaterThan(20);
    expect(leaks).toEqual([]);
  });

  async function logOf(name: string): Promise<string> {
    return await readFile(join(dataDirectory, 'logs', `${name}.log`), 'utf8');
  }
});
