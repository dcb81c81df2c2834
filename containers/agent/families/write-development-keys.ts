import { writeFile } from 'node:fs/promises';

import { artifactNameOf, type CircuitChoice } from '../../../shared/canary/circuit-artifact.ts';
import { developmentKeyUrl } from '../../../shared/canary/development-keys.ts';
import { encodeVerificationKey } from '../../../shared/canary/verification-key.ts';
import { defaultCrsPath } from '../../../shared/crs/crs-path.ts';
import { BbProcess } from './bb-process.ts';
import { CanaryProver } from './canary-prover.ts';

// `npm run canary:keys`, after `npm run canary:circuits`. It needs the development CRS, and some minutes on two cores.

const choices: readonly CircuitChoice[] = [
  { circuit: 'CANARY_LEAF', work: 1 },
  { circuit: 'CANARY_LEAF', work: 2 },
  { circuit: 'CANARY_LEAF', work: 3 },
  { circuit: 'CANARY_LEAF', work: 4 },
  { circuit: 'CANARY_MERGE' },
  { circuit: 'CANARY_ROOT' },
];
const bb = new BbProcess({ crsPath: process.env['CRS_PATH'] ?? defaultCrsPath('development') });
const prover = new CanaryProver(bb, 'development');
for (const choice of choices) {
  const name = artifactNameOf(choice);
  const startedAtMs = performance.now();
  await writeFile(developmentKeyUrl(name), encodeVerificationKey(await prover.makeKey(choice)));
  process.stdout.write(`${name}: ${Math.round(performance.now() - startedAtMs)} ms\n`);
}
await bb.stop();
