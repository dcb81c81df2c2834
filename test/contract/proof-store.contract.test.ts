import { glob, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { openEmbeddedHarness } from './embedded-harness.ts';
import { describeProofStoreContract } from './proof-store.contract.ts';

describeProofStoreContract('FileProofStore', async () => {
  const { engine, dataDirectory, ...harness } = await openEmbeddedHarness();
  const directory = join(dataDirectory, 'proofs');
  return {
    ...harness,
    proofs: engine.proofs,
    overwrite: (key, bytes) => writeFile(join(directory, key), bytes),
    remove: (key) => rm(join(directory, key)),
    quarantined: async () => {
      const found = [];
      for await (const path of glob('quarantine/**/*.reason.txt', { cwd: directory })) {
        const reason = await readFile(join(directory, path), 'utf8');
        const bytes = await readFile(join(directory, path.replace('.reason.txt', '')));
        found.push({ bytes: new Uint8Array(bytes), reason: reason.trimEnd() });
      }
      return found;
    },
  };
});
