import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
/** What is loaded at run time: imports of types are erased. */
const IMPORT = /^(?:import|export) (?!type )[^;]*? from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gms;

/** The packages that a program loads, each with the file that imports it first. */
function packagesOf(entry: string): ReadonlyMap<string, string> {
  const packages = new Map<string, string>();
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const [, from, bare, called] of readFileSync(join(ROOT, file), 'utf8').matchAll(IMPORT)) {
      const specifier = from ?? bare ?? called ?? '';
      if (specifier.startsWith('.')) visit(join(dirname(file), specifier));
      else if (!packages.has(specifier)) packages.set(specifier, file);
    }
  };
  visit(entry);
  return packages;
}

// The engine is opened before the role runs.
it.each([
  'containers/broker/run-broker.ts',
  'shared/engine/open-engine.ts',
  'containers/cli/start/to-broker-options.ts',
  'containers/gateway/run-gateway.ts',
  'containers/cli/start/to-gateway-options.ts',
  'containers/cli/start/take-agent-id.ts',
])('loads no package of Aztec from %s', (entry) => {
  const packages = packagesOf(entry);
  expect([...packages].filter(([name]) => name.startsWith('@aztec'))).toEqual([]);
  expect(packages.size).toBeGreaterThan(2);
});

it('would see one', () => {
  expect([...packagesOf('containers/node/run-node.ts').keys()].some((name) => name.startsWith('@aztec/'))).toBe(true);
});
