import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { IgnoreStrategy } from 'aws-cdk-lib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

import { LEFT_OUT, writeBundle } from '../../containers/cli/image/write-bundle.ts';
import { ignoredBy } from '../../infra/container-images.ts';

const ROOT = path.join(import.meta.dirname, '../..');
/** Where a program begins: its command line, then what that loads when it starts the role, and its threads and processes. */
const BEGINNINGS = {
  node: ['containers/cli.ts', 'containers/node/run-node.ts'],
  agent: [
    'containers/cli.ts',
    'containers/cli/start/to-agent-options.ts',
    'containers/cli/start/take-agent-id.ts',
    'containers/agent/run-agent.ts',
    'containers/agent/broker/run-broker-agent.ts',
    'containers/agent/broker/broker-heartbeat-thread.ts',
    'containers/agent/heartbeat/heartbeat-thread.ts',
    'containers/agent/prover/prover-main.ts',
    'containers/agent/prover/parent-watchdog.ts',
    'containers/agent/families/aztec-family.ts',
    'containers/agent/families/canary-family.ts',
  ],
} as const;

/** The files of this project that the program loads, relative to its root. */
async function filesOf(program: keyof typeof BEGINNINGS): Promise<readonly string[]> {
  const { metafile } = await build({
    entryPoints: BEGINNINGS[program].map((file) => path.join(ROOT, file)),
    absWorkingDir: ROOT,
    outdir: path.join(ROOT, 'nowhere'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    metafile: true,
    write: false,
    logLevel: 'error',
    plugins: [
      {
        // What a command loads when it runs belongs to that command: those of the role are among the beginnings.
        name: 'leave-out-what-is-loaded-later',
        setup(bundling): void {
          bundling.onResolve({ filter: /./ }, ({ kind, path }) =>
            kind === 'dynamic-import' ? { path, external: true } : undefined,
          );
        },
      },
    ],
  });
  return Object.keys(metafile.inputs);
}

describe('the build context of an image', () => {
  it.each(['node', 'agent'] as const)('has every file that the %s loads', async (program) => {
    const context = IgnoreStrategy.docker(ROOT, [...ignoredBy(program)]);
    const files = await filesOf(program);
    expect(files).toContain(`containers/${program}/run-${program}.ts`);
    expect(files.filter((file) => context.ignores(path.join(ROOT, file)))).toEqual([]);
  });

  it('has every file that the bundle of broker and gateway is made of', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'coppice-bundle-'));
    const { inputs } = await writeBundle(folder).finally(() => rm(folder, { recursive: true, force: true }));
    const files = Object.keys(inputs).filter((file) => /^(containers|shared)\//.test(file));
    expect(files).toEqual(expect.arrayContaining(['containers/broker/run-broker.ts', ...LEFT_OUT]));
    const context = IgnoreStrategy.docker(ROOT, [...ignoredBy('broker')]);
    expect(files.filter((file) => context.ignores(path.join(ROOT, file)))).toEqual([]);
    for (const file of ['containers/cli/image/write-bundle.ts', 'package-lock.json']) {
      expect(context.ignores(path.join(ROOT, file))).toBe(false);
    }
    for (const file of ['containers/node/prove-epoch.ts', 'containers/agent/prover/prover-main.ts', '.env']) {
      expect(context.ignores(path.join(ROOT, file)), file).toBe(true);
    }
  });

  it("of the node has nothing of the agents', so that their changes do not replace the node, and the other way round", () => {
    const inContextOf = (program: 'node' | 'agent', file: string): boolean =>
      !IgnoreStrategy.docker(ROOT, [...ignoredBy(program)]).ignores(path.join(ROOT, file));
    expect(inContextOf('node', 'containers/agent/agent-loop.ts')).toBe(false);
    expect(inContextOf('agent', 'containers/node/run-node.ts')).toBe(false);
    for (const program of ['node', 'agent'] as const) {
      expect(inContextOf(program, 'shared/engine/open-engine.ts')).toBe(true);
      expect(inContextOf(program, 'containers/runtime/coppice.mjs')).toBe(true);
      expect(inContextOf(program, 'test/infra/an-environment.ts')).toBe(false);
      expect(inContextOf(program, '.env')).toBe(false);
    }
  });
});
