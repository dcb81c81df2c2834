import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';

import packageManifest from '../../../package.json' with { type: 'json' };
import { DEVELOPMENT_PACKAGES } from '../../../containers/cli/local/development-packages.ts';
import { CIRCUIT_CATALOGUE } from '../../../shared/proving-job/circuit-catalogue.ts';
import { isInBuildContext, readDockerfile, ROOT } from './dockerfile.ts';
import { importGraph } from './import-graph.ts';

/** The console bundles its pages when it runs. */
const COMMAND_LINE = ['containers/cli.ts', 'containers/console/pages/main.tsx'];
/** What `coppice devnet` and `coppice canary` load. They run in a checkout, not in an image. */
const LOCAL_CHAINS = [
  'containers/devnet/run-devnet.ts',
  'containers/real-proofs/run-real-proofs.ts',
  'containers/canary/run-canary.ts',
];

describe.each(['node', 'agent', 'broker'] as const)('the image of the %s', (program) => {
  const { text, parsed, last, sources } = readDockerfile(program);

  it('has a Dockerfile that passes the linter', () => {
    const found = validate(text).map(({ message, range }) => ({ line: range.start.line + 1, message }));
    expect(found).toEqual([]);
  });

  it('copies only files that exist and that the build sees', () => {
    expect(sources.length).toBeGreaterThan(3);
    for (const source of sources) expect.soft(isInBuildContext(source), source).toBe(true);
  });

  it('does not run as root, and no shell stands between it and its signals', () => {
    expect(last.user).toBe('coppice');
    expect(last.entryPoint?.[0]).toBe('node');
    expect(parsed.getCMDs().map((command) => command.getArgumentsContent())).toEqual([
      `["start", "--prover-${program}"]`,
    ]);
  });

  it('declares its name, its volumes and its health check', () => {
    const labels = parsed.getInstructions().filter((instruction) => instruction.getKeyword() === 'LABEL');
    expect(labels.map((label) => label.getArgumentsContent()).join()).toContain(
      `org.opencontainers.image.title="coppice-${program}"`,
    );
    expect(text).toMatch(/^VOLUME \["\/tmp"/m);
    expect(parsed.getHEALTHCHECKs()).toHaveLength(1);
  });
});

describe.each(['node', 'agent'] as const)('the image of the %s, which proves', (program) => {
  const { text, last, sources, bases } = readDockerfile(program);

  it("is built on Aztec's image of the same version as the packages, in every stage", () => {
    const version = packageManifest.dependencies['@aztec/bb.js'];
    expect(new Set(bases)).toEqual(new Set([`aztecprotocol/aztec:${version}`]));
    expect(text).toContain(`coppice.aztec-version="${version}"`);
  });

  it('starts a file that it contains', () => {
    const file = last.entryPoint?.at(-1)?.replace('/coppice/', '') ?? '';
    expect(readFileSync(join(ROOT, file), 'utf8')).toContain('../cli.ts');
    expect(sources.some((source) => file.startsWith(`${source}/`))).toBe(true);
  });
});

describe('the files copied into the images', () => {
  it('include every file that the command line and its processes may load', async () => {
    const { sources } = readDockerfile('agent');
    const { files } = await importGraph(COMMAND_LINE);
    expect(files).toEqual(
      expect.arrayContaining([
        ...COMMAND_LINE,
        'containers/agent/prover/prover-main.ts',
        'containers/agent/families/aztec-family.ts',
        ...LOCAL_CHAINS,
      ]),
    );
    const isCopied = (file: string): boolean =>
      sources.some((source) => file === source || file.startsWith(`${source}/`));
    expect(files.filter((file) => !isCopied(file))).toEqual([]);
  });
});

describe('the packages that are installed into the images', () => {
  const { dependencies, devDependencies } = packageManifest;

  it('are all that the command line and what it starts may load, local chains apart', async () => {
    const { packages, files } = await importGraph(COMMAND_LINE, LOCAL_CHAINS);
    expect(files).not.toContain(LOCAL_CHAINS[0]);
    expect(packages.filter((name) => !(name in dependencies))).toEqual([]);
  });

  it('are needed by the images or the functions, and not only by local chains', async () => {
    const image = await importGraph(COMMAND_LINE, LOCAL_CHAINS);
    const functions = await importGraph(globSync('functions/*/handler.ts', { cwd: ROOT }));
    const imported = [...image.packages, ...functions.packages];
    const unneeded = Object.keys(dependencies).filter((name) => !imported.includes(name));
    expect(unneeded).toEqual([]);
  });

  it('leave out packages that local chains need, all of which those commands check for', async () => {
    const { packages } = await importGraph(LOCAL_CHAINS);
    const checked: readonly string[] = Object.values(DEVELOPMENT_PACKAGES).flat();
    const leftOut = packages.filter((name) => name in devDependencies);
    expect(leftOut).not.toEqual([]);
    expect(leftOut.filter((name) => !checked.includes(name))).toEqual([]);
    expect(checked.filter((name) => !(name in devDependencies))).toEqual([]);
  });
});

describe('the reference string in the image of the agent', () => {
  it('has more points than the largest circuit has gates', () => {
    const { text } = readDockerfile('agent');
    const points = Number(/^ARG CRS_POINTS=(\d+)$/m.exec(text)?.[1]);
    const log2Gates = Math.max(...Object.values(CIRCUIT_CATALOGUE).map((circuit) => circuit.log2Gates));
    expect(points).toBeGreaterThan(2 ** log2Gates);
  });
});
