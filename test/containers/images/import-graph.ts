import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';

import { build } from 'esbuild';

import { ROOT } from './dockerfile.ts';

export interface ImportGraph {
  /** Files of the repository, by relative path. */
  readonly files: readonly string[];
  /** Names of packages, each once. */
  readonly packages: readonly string[];
}

/** Files that no import names, because programs start them as threads or processes. */
const STARTED_FILE = /new URL\('(\.[^']*\.m?[tj]s)', import\.meta\.url\)/g;

/**
 * Everything that programs of the repository may load, including their threads and processes.
 * @param without files that are not followed, by their path in the repository
 */
export async function importGraph(programs: readonly string[], without: readonly string[] = []): Promise<ImportGraph> {
  const entries = new Set(programs);
  for (;;) {
    const graph = await bundleGraph([...entries], without);
    const started = graph.files.flatMap((file) => {
      const text = readFileSync(join(ROOT, file), 'utf8');
      return [...text.matchAll(STARTED_FILE)].map(([, path = '']) => relative(ROOT, join(ROOT, dirname(file), path)));
    });
    const unseen = started.filter((file) => !graph.files.includes(file));
    if (unseen.length === 0) return graph;
    for (const file of unseen) entries.add(file);
  }
}

async function bundleGraph(entries: readonly string[], without: readonly string[]): Promise<ImportGraph> {
  const { metafile } = await build({
    entryPoints: entries.map((entry) => join(ROOT, entry)),
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    metafile: true,
    outdir: 'out',
    platform: 'node',
    target: 'node24',
    format: 'esm',
    packages: 'external',
    external: without.map((file) => join(ROOT, file)),
    logLevel: 'error',
  });
  const inputs = Object.values(metafile.inputs);
  const names = inputs.flatMap(({ imports }) => imports.filter(({ external }) => external).map(({ path }) => path));
  const isPackage = (name: string): boolean => !/^(node:|\.|\/)/.test(name) && !builtinModules.includes(name);
  const packages = names.filter(isPackage).map(packageOf);
  return { files: Object.keys(metafile.inputs), packages: [...new Set(packages)].toSorted() };
}

function packageOf(name: string): string {
  return name.split('/', name.startsWith('@') ? 2 : 1).join('/');
}
