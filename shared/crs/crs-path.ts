import { homedir } from 'node:os';
import path from 'node:path';

import type { CrsKind } from './crs-kind.ts';

/** Where a reference string is kept unless `CRS_PATH` is set: Aztec's in Aztec's folder, and the development one never there. */
export function defaultCrsPath(kind: CrsKind): string {
  return path.join(homedir(), kind === 'ceremony' ? '.bb-crs' : '.bb-crs-development');
}
