import { existsSync, readFileSync } from 'node:fs';

import { type ArtifactName, artifactNameOf, artifactSha256, type CircuitChoice } from './circuit-artifact.ts';
import { type CanaryKeys, parseVerificationKey, type VerificationKey } from './verification-key.ts';
import type { Work } from './work.ts';

/** Where a key under the development CRS is kept: beside the circuits, because it never changes. */
export function developmentKeyUrl(name: ArtifactName): URL {
  return new URL(`./development-keys/${name}.json`, import.meta.url);
}

/** The keys of a tree under the development CRS; `undefined` where the leaf's is left to `CANARY_KEY`. */
export function developmentKeys(work: Work): CanaryKeys | undefined {
  const leaf = readKey({ circuit: 'CANARY_LEAF', work });
  const merge = readKey({ circuit: 'CANARY_MERGE' });
  const root = readKey({ circuit: 'CANARY_ROOT' });
  if (leaf?.circuit !== 'CANARY_LEAF' || merge?.circuit !== 'CANARY_MERGE' || root?.circuit !== 'CANARY_ROOT') {
    return undefined;
  }
  return { leaf, merge, root };
}

/** @throws {Error} if it is the key of another circuit than the installed one. */
function readKey(choice: CircuitChoice): VerificationKey | undefined {
  const url = developmentKeyUrl(artifactNameOf(choice));
  if (!existsSync(url)) return undefined;
  const key = parseVerificationKey(readFileSync(url));
  if (key.artifactSha256 !== artifactSha256(choice)) {
    throw new Error(`${url.pathname} is the key of another circuit: run npm run canary:keys`);
  }
  return key;
}
