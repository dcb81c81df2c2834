import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const TOPS = ['shared', 'containers', 'functions', 'infra'];
/** Imports of any kind, types included: `import … from`, `export … from` and `import()`. */
const IMPORTED_FILE = /(?:\bfrom|\bimport|\bimport\()\s*'(\.[^']+)'/g;

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** Which file imports which, by their paths in the repository. */
function importsOf(files: readonly string[]): Graph {
  return new Map(
    files.map((file) => {
      const text = readFileSync(join(ROOT, file), 'utf8');
      const imported = [...text.matchAll(IMPORTED_FILE)].map(([, path = '']) => join(dirname(file), path));
      return [file, new Set(imported)];
    }),
  );
}

/** The files of a folder and its folders, each folder as one node: which of them imports which. */
function entriesOf(folder: string, imports: Graph): Graph {
  const entryOf = (file: string): string | undefined =>
    file.startsWith(`${folder}/`) ? relative(folder, file).split('/')[0] : undefined;
  const graph = new Map<string, Set<string>>();
  for (const [file, imported] of imports) {
    const from = entryOf(file);
    if (from === undefined) continue;
    const targets = graph.get(from) ?? new Set<string>();
    graph.set(from, targets);
    for (const each of imported) {
      const to = entryOf(each);
      if (to !== undefined && to !== from) targets.add(to);
    }
  }
  return graph;
}

/** A circle of the graph, its first node again at the end; empty when there are none. */
function circleOf(graph: Graph): readonly string[] {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (node: string): readonly string[] => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    if (done.has(node)) return [];
    path.push(node);
    for (const next of graph.get(node) ?? []) {
      const circle = visit(next);
      if (circle.length > 0) return circle;
    }
    path.pop();
    done.add(node);
    return [];
  };
  for (const node of graph.keys()) {
    const circle = visit(node);
    if (circle.length > 0) return circle;
  }
  return [];
}

const files = globSync(`{${TOPS.join(',')}}/**/*.{ts,tsx,mjs}`, { cwd: ROOT });
const imports = importsOf(files);
const folders = [...new Set(files.flatMap((file) => parentsOf(file)))].toSorted();

function parentsOf(file: string): readonly string[] {
  const parent = dirname(file);
  return parent === '.' ? [] : [parent, ...parentsOf(parent)];
}

describe('imports, those of types included', () => {
  it('are found in the sources', () => {
    expect([...(imports.get('shared/engine/open-engine.ts') ?? [])]).toContain('shared/engine/engine.ts');
  });

  it('form no circle of files', () => {
    expect(circleOf(imports)).toEqual([]);
  });

  it.each(folders)('form no circle among the files and folders in %s', (folder) => {
    expect(circleOf(entriesOf(folder, imports))).toEqual([]);
  });

  it('would be found in a circle', () => {
    const graph = new Map([
      ['a', new Set(['b'])],
      ['b', new Set(['c', 'd'])],
      ['c', new Set<string>()],
      ['d', new Set(['a'])],
    ]);
    expect(circleOf(graph)).toEqual(['a', 'b', 'd', 'a']);
  });
});
