import { writeFile } from 'node:fs/promises';

import { artifactUrl, DIGESTS_URL } from '../circuit-artifact.ts';
import { sha256Of } from '../../proving-job/proving-job-id.ts';
import { compileCircuits } from './compile-circuits.ts';

// `npm run canary:circuits`: run it after a change of the sources or the compiler, and commit the artifacts with it.

const digests: Record<string, string> = {};
for (const [name, text] of await compileCircuits()) {
  await writeFile(artifactUrl(name), text);
  digests[name] = sha256Of(Buffer.from(text, 'utf8'));
}
await writeFile(DIGESTS_URL, `${JSON.stringify(digests, undefined, 2)}\n`);
