import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = path.join(import.meta.dirname, '../..');
const run = promisify(execFile);
/** The command bundles every function and reviews two environments. */
const SYNTH_MS = 300_000;
/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:1';

describe('npx cdk synth', () => {
  let directory = '';
  let outdir = '';

  const synth = (...args: readonly string[]): Promise<unknown> =>
    run(process.execPath, ['node_modules/aws-cdk/bin/cdk', 'synth', '--quiet', '--no-notices', ...args], {
      cwd: ROOT,
      env: {
        PATH: path.join(directory, 'bin'),
        HOME: directory,
        HTTP_PROXY: NOWHERE,
        HTTPS_PROXY: NOWHERE,
        AWS_EC2_METADATA_DISABLED: 'true',
        CDK_DISABLE_CLI_TELEMETRY: 'true',
      },
    });

  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'coppice-synth-'));
    outdir = path.join(directory, 'cdk.out');
    await mkdir(path.join(directory, 'bin'));
    // The path contains Node but not Docker.
    await symlink(process.execPath, path.join(directory, 'bin/node'));
    await synth(
      '--output',
      outdir,
      '--app',
      'node containers/runtime/launch.mjs test/infra/processes/filled-in-app.ts',
    );
  }, SYNTH_MS);

  afterAll(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  it.each(['test', 'production'])(
    'synthesises every stack of %s offline, without Docker and without credentials',
    async (name) => {
      const files = await readdir(path.join(outdir, `assembly-${name}`));
      const stacks = files.flatMap((file) => /^[a-z]+([A-Z][a-z]+)[0-9A-F]{8}\.template\.json$/.exec(file)?.[1] ?? []);
      expect(stacks.toSorted()).toEqual(['Agents', 'Functions', 'Network', 'Node', 'Observability', 'State']);
    },
  );

  it('refuses the configuration that comes with the project, which has placeholders', async () => {
    await expect(synth('--output', path.join(directory, 'refused'))).rejects.toMatchObject({
      stderr: expect.stringContaining('environment test in coppice.config.ts still has placeholders') as string,
    });
  });

  it('needs no lookup from AWS', async () => {
    const manifest = await readFile(path.join(outdir, 'assembly-production/manifest.json'), 'utf8');
    expect(JSON.parse(manifest)).not.toHaveProperty('missing');
  });

  it('bundles each function into one file with its source map', async () => {
    const folders = await readdir(path.join(outdir, 'functions'));
    expect(folders.toSorted()).toEqual(
      ['scale-fleet', 'settle-dead-letters', 'submit-root', 'sweep-ledger', 'watch-l1', 'watch-tasks'].toSorted(),
    );
    for (const folder of folders) {
      expect((await readdir(path.join(outdir, 'functions', folder))).toSorted()).toEqual([
        'index.mjs',
        'index.mjs.map',
      ]);
    }
  });
});
