// Bundles the command line for an image without Aztec's packages: node containers/cli/image/write-bundle.ts FOLDER
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { build, type Metafile, type Plugin } from 'esbuild';

import { bundlePages } from '../../console/serve/bundle-pages.ts';
import { BUNDLED_PAGES } from '../../console/serve/page-files.ts';

const ROOT = path.join(import.meta.dirname, '../../..');

/** Modules that are loaded on demand, and need Aztec's packages, Noir, a local L1, or the sources of the console's pages. */
export const LEFT_OUT: readonly string[] = [
  'containers/node/run-node.ts',
  'containers/agent/run-agent.ts',
  'containers/agent/broker/run-broker-agent.ts',
  'containers/cli/start/to-agent-options.ts',
  'containers/cli/start/checks/check-node.ts',
  'containers/cli/start/checks/check-agent.ts',
  'containers/crs/prepare-crs.ts',
  'containers/canary/run-canary.ts',
  'containers/devnet/run-devnet.ts',
  'containers/real-proofs/run-real-proofs.ts',
  'containers/console/serve/bundle-pages.ts',
  'shared/config/aztec/network-defaults.ts',
];

const ADVICE =
  "this image has none of Aztec's packages: use coppice-node for --prover-node, coppice-agent for --prover-agent and " +
  'coppice crs, a checkout for coppice devnet and coppice canary';
const ERRORS = path.join(ROOT, 'shared/config/errors.ts');
/** CommonJS, so that an import of any name resolves. */
const REFUSAL = `throw new (require(${JSON.stringify(ERRORS)}).InvalidSettingsError)([${JSON.stringify(ADVICE)}]);`;

/** Puts an error, which the command then reports, in the place of what is left out. */
const leaveOut: Plugin = {
  name: 'leave-out',
  setup: (bundler) => {
    bundler.onResolve({ filter: /^@aztec\// }, ({ path: name }) => ({ path: name, namespace: 'left-out' }));
    bundler.onLoad({ filter: /./, namespace: 'left-out' }, () => ({ contents: REFUSAL, resolveDir: ROOT }));
    for (const file of LEFT_OUT) {
      const filter = new RegExp(`^${RegExp.escape(path.join(ROOT, file))}$`);
      bundler.onLoad({ filter }, () => ({ contents: REFUSAL, loader: 'js', resolveDir: ROOT }));
    }
  },
};

/**
 * Writes `cli.mjs`, all that it loads and the console's pages into a folder, and removes what was there before.
 * @returns what went into it, as esbuild reports it
 */
export async function writeBundle(folder: string): Promise<Metafile> {
  await rm(folder, { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: { cli: path.join(ROOT, 'containers/cli.ts') },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    absWorkingDir: ROOT,
    bundle: true,
    // What only one engine or one command needs is loaded with it.
    splitting: true,
    metafile: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    keepNames: true,
    plugins: [leaveOut],
    logLevel: 'error',
    // Some packages are CommonJS and require Node's own modules.
    banner: {
      js: "import { createRequire as $require } from 'node:module'; const require = $require(import.meta.url);",
    },
  });
  await writePages(path.join(folder, BUNDLED_PAGES));
  return metafile;
}

async function writePages(folder: string): Promise<void> {
  await mkdir(folder);
  for (const [name, content] of await bundlePages()) await writeFile(path.join(folder, name), content);
}

if (import.meta.main) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) throw new Error('give the folder to write to');
  await writeBundle(path.resolve(folder));
}
