import { readFileSync } from 'node:fs';

import { z } from 'zod';

import { Sha256, sha256Of } from '../proving-job/proving-job-id.ts';
import type { CanaryCircuit } from './canary-proof.ts';
import type { CrsKind } from '../crs/crs-kind.ts';
import type { Work } from './work.ts';

/** The compiled circuits: a leaf for each amount of work. */
export const ARTIFACT_NAMES = ['leaf-1', 'leaf-2', 'leaf-3', 'leaf-4', 'merge', 'root'] as const;
export type ArtifactName = (typeof ARTIFACT_NAMES)[number];

/** The parts of a compiled circuit that proving needs. */
export const CircuitArtifact = z.object({
  noir_version: z.string(),
  abi: z.unknown(),
  /** ACIR: base64 of gzip. */
  bytecode: z.string(),
});
export type CircuitArtifact = z.infer<typeof CircuitArtifact>;

/** A circuit of a tree; a leaf's depends on its work. */
export type CircuitChoice =
  | { readonly circuit: Extract<CanaryCircuit, 'CANARY_LEAF'>; readonly work: Work }
  | { readonly circuit: Exclude<CanaryCircuit, 'CANARY_LEAF'> };

/** The digests of the artifacts, written by `npm run canary:circuits`. */
export const DIGESTS_URL = new URL('./artifacts/digests.json', import.meta.url);
const Digests = z.record(z.enum(ARTIFACT_NAMES), Sha256);
let digests: z.infer<typeof Digests> | undefined;

export function artifactUrl(name: ArtifactName): URL {
  return new URL(`./artifacts/${name}.json`, import.meta.url);
}

export function artifactNameOf(choice: CircuitChoice): ArtifactName {
  switch (choice.circuit) {
    case 'CANARY_LEAF':
      return `leaf-${choice.work}`;
    case 'CANARY_MERGE':
      return 'merge';
    case 'CANARY_ROOT':
      return 'root';
  }
}

/** The digest that the circuit's artifact must have. */
export function artifactSha256(choice: CircuitChoice): Sha256 {
  return readDigests()[artifactNameOf(choice)];
}

/** @throws {Error} if the file does not match its digest. */
export function readArtifact(choice: CircuitChoice): CircuitArtifact {
  const url = artifactUrl(artifactNameOf(choice));
  const bytes = readFileSync(url);
  if (sha256Of(bytes) !== artifactSha256(choice)) {
    throw new Error(`${url.pathname} does not match the digest beside it: install the package again`);
  }
  return CircuitArtifact.parse(JSON.parse(bytes.toString('utf8')));
}

/**
 * The version of the canary's circuits and keys, such as `canary-1f2e3d4c`: an epoch is proven with one
 * version. The development CRS makes another, which its name shows.
 */
export function canaryVersion(crs: CrsKind): string {
  const digest = sha256Of(Buffer.from(JSON.stringify(readDigests()), 'utf8')).slice(0, 8);
  return crs === 'ceremony' ? `canary-${digest}` : `canary-${digest}-development`;
}

function readDigests(): z.infer<typeof Digests> {
  return (digests ??= Digests.parse(JSON.parse(readFileSync(DIGESTS_URL, 'utf8'))));
}
