import fs from 'node:fs';
import { z } from 'zod';

import { DevnetTiming } from './l1/devnet-timing.ts';
import { SequencerReady } from './sequencer/sequencer-messages.ts';

/** Everything about a devnet except keys. */
export const DevnetManifest = SequencerReady.extend({
  l1RpcUrl: z.url(),
  l1ChainId: z.number().int().positive(),
  blobStoreUrl: z.url(),
  timing: DevnetTiming,
  /** The index of the anvil account that is reserved for the prover node, to submit proofs. */
  proverPublisherAccountIndex: z.number().int().nonnegative(),
});
export type DevnetManifest = z.infer<typeof DevnetManifest>;

export function writeManifest(file: string, manifest: DevnetManifest): void {
  fs.writeFileSync(file, `${JSON.stringify(manifest, undefined, 2)}\n`);
}

/** @throws {Error} when the file is missing or not a manifest. */
export function readManifest(file: string): DevnetManifest {
  return DevnetManifest.parse(JSON.parse(fs.readFileSync(file, 'utf8')));
}
