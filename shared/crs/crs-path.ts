import { homedir } from 'node:os';
import path from 'node:path';

import type { CrsKind } from './crs-kind.ts';

/** Where a reference string is kept unless `CRS_PATH` says otherwise: Aztec's in Aztec's own folder, and ours never there. */
export function defaultCrsPath(kind: CrsKind): string {
  return path.join(homedir(), kind === 'ceremony' ? '.bb-crs' : '.bb-crs-development');
}
