import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { findFoundryBinary } from '../../local-l1/foundry-binary.ts';

/** The compiler that Aztec's contracts were compiled with. */
const SOLC_VERSION = '0.8.30';

/**
 * Makes a home for forge in which it finds all that it needs without a network, and returns the variables that send it
 * there. The user's own home, with their forge settings and compilers, is neither read nor written.
 *
 * Forge wants its compiler as `$HOME/.svm/<version>/solc-<version>`, even though Aztec's contracts come compiled and
 * nothing is left to compile. There it finds npm's solc, which would.
 */
export function prepareForge(homeDirectory: string): Readonly<Record<'HOME' | 'PATH' | 'FOUNDRY_OFFLINE', string>> {
  const compilerDirectory = path.join(homeDirectory, '.svm', SOLC_VERSION);
  fs.mkdirSync(compilerDirectory, { recursive: true });
  const compiler = fileURLToPath(new URL('./solc.ts', import.meta.url));
  fs.writeFileSync(
    path.join(compilerDirectory, `solc-${SOLC_VERSION}`),
    `#!/bin/sh\nexec ${quoteForShell(process.execPath)} ${quoteForShell(compiler)} "$@"\n`,
    { mode: 0o755 },
  );
  return {
    HOME: homeDirectory,
    PATH: [path.dirname(findFoundryBinary('forge')), process.env['PATH']].join(path.delimiter),
    FOUNDRY_OFFLINE: 'true',
  };
}

function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
