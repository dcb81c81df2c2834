import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { openEmbeddedEngine } from '../../../../shared/engine/embedded/embedded-engine.ts';
import { errorText } from '../../../../shared/telemetry/error-text.ts';
import { aNewJob } from '../../../contract/a-new-job.ts';

/** Stores an object that the disk does not take whole, and reports what is left of it. Argument: data directory. */
const dataDirectory = String(process.argv[2]);
const engine = openEmbeddedEngine({ dataDirectory, leaseSeconds: 1, readFreeBytes: async () => Infinity });
const problem = await engine.proofs.put(aNewJob().inputs.key, new Uint8Array(2 ** 22)).then(() => 'stored', errorText);
const left = await readdir(join(dataDirectory, 'proofs', 'tmp'));
process.stdout.write(JSON.stringify({ problem, left }));
await engine.close();
