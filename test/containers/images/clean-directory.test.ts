import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import packageManifest from '../../../package.json' with { type: 'json' };
import { openEmbeddedEngine } from '../../../shared/engine/embedded/embedded-engine.ts';
import { readDockerfile, ROOT } from './dockerfile.ts';

const run = promisify(execFile);
/** Aztec's packages load slowly on a busy machine. */
const LOADING_MS = 120_000;
const Lockfile = z.object({ packages: z.record(z.string(), z.object({ dev: z.boolean().default(false) })) });

describe('the contents of the images, in a clean directory with only the production dependencies', () => {
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'coppice-image-'));
    await copySources();
    await linkProductionPackages();
  });
  afterAll(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  async function copySources(): Promise<void> {
    for (const source of readDockerfile('agent').sources) {
      await cp(join(ROOT, source), join(directory, source), { recursive: true });
    }
  }
  /** The packages that `npm ci --omit=dev` would install, linked instead because that takes minutes. */
  async function linkProductionPackages(): Promise<void> {
    const { packages } = Lockfile.parse(JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')));
    const wanted = Object.entries(packages).filter(
      ([path, { dev }]) => /^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) && !dev,
    );
    expect(wanted.length).toBeGreaterThan(100);
    for (const [path] of wanted) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await symlink(join(ROOT, path), join(directory, path));
    }
  }
  async function node(...argv: string[]): Promise<string> {
    const { stdout } = await run(process.execPath, argv, { cwd: directory });
    return stdout.trim();
  }

  it('run the command line', async () => {
    expect(await node('containers/cli.ts', '--version')).toContain(packageManifest.version);
    expect(await node('containers/cli.ts', 'start', '--help')).toContain('--prover-agent');
  });

  it.each([
    'containers/node/run-node.ts',
    'containers/agent/run-agent.ts',
    'containers/agent/families/aztec-family.ts',
    'containers/agent/families/canary-family.ts',
    'containers/crs/prepare-crs.ts',
  ])(
    'load %s',
    async (file) => {
      const script = `await import('./${file}'); process.stdout.write('loaded'); process.exit(0)`;
      expect(await node('--input-type=module', '--eval', script)).toBe('loaded');
    },
    LOADING_MS,
  );

  it('run the commands that inspect a fleet', async () => {
    const dataDirectory = join(directory, 'data');
    await openEmbeddedEngine({ dataDirectory: join(dataDirectory, 'coppice'), leaseSeconds: 30 }).close();
    const status = await node('containers/cli.ts', 'status', '--json', '--data-directory', dataDirectory);
    expect(JSON.parse(status)).toMatchObject({ epochs: [] });
  });

  it.each(['devnet', 'canary'])('do not run %s, which says what it needs', async (command) => {
    await expect(node('containers/cli.ts', command)).rejects.toThrow(
      /needs development dependencies that are not installed \(.*solc\): .* npm ci --include=dev/,
    );
  });

  it('do not contain development dependencies', async () => {
    await expect(node('--input-type=module', '--eval', "await import('vitest')")).rejects.toThrow(
      /ERR_MODULE_NOT_FOUND/,
    );
  });
});
