import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { findFoundryBinary } from '../../local-l1/foundry-binary.ts';

/** The compiler that Aztec's contracts were compiled with. */
const SOLC_VERSION = '0.8.30';

/**
 * Makes a home for forge with everything that it needs without a network, and returns the variables that point it
 * there. The user's own home, with their forge settings and compilers, is neither read nor written.
 *
 * Forge requires a compiler at `$HOME/.svm/<version>/solc-<version>`, although Aztec's contracts come compiled. It finds
 * npm's solc there.
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
