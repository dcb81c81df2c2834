import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { build } from 'esbuild';

const SOURCES = path.join(import.meta.dirname, '../pages');
/** Served as they are. */
const PLAIN_FILES = ['index.html', 'icon.svg'];

/**
 * Bundles the console's pages from their sources, just as the rest of Coppice runs from its sources, so nobody can forget a
 * build step. It takes a fraction of a second.
 * @returns the files by their names
 */
export async function bundlePages(): Promise<ReadonlyMap<string, Uint8Array>> {
  const { outputFiles } = await build({
    entryPoints: { main: path.join(SOURCES, 'main.tsx'), pages: path.join(SOURCES, 'styles/pages.css') },
    outdir: SOURCES,
    write: false,
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2024',
    // Images have no `tsconfig.json`.
    tsconfigRaw: { compilerOptions: { jsx: 'react-jsx', jsxImportSource: 'preact' } },
    logLevel: 'error',
  });
  const plain = await Promise.all(
    PLAIN_FILES.map(async (name) => [name, await readFile(path.join(SOURCES, name))] as const),
  );
  return new Map<string, Uint8Array>([
    ...plain,
    ...outputFiles.map((file) => [path.relative(SOURCES, file.path), file.contents] as const),
  ]);
}
