import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';

import { z } from 'zod';

const Manifest = z.object({ version: z.string().min(1) });

/**
 * The Aztec network version of the installed circuits, keys and provers, such as `4.1.2`: `@aztec/*` are pinned to one
 * version, so one package gives the version of all.
 */
export function installedNetworkVersion(): string {
  const manifest = findPackageJSON('@aztec/stdlib/proofs', import.meta.url);
  if (manifest === undefined) throw new Error('the package @aztec/stdlib is not installed: run npm ci');
  return Manifest.parse(JSON.parse(readFileSync(manifest, 'utf8'))).version;
}
