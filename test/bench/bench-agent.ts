import './epoch/silence-logs.ts';

import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

import { makeDevelopmentCrs } from '../../containers/crs/make-development-crs.ts';
import { readCrs } from '../../shared/crs/read-crs.ts';
import { defaultCrsPath } from '../../shared/crs/crs-path.ts';
import { Work } from '../../shared/canary/work.ts';
import { compareAgents } from './agent/compare-agents.ts';
import { compareBb } from './agent/compare-bb.ts';
import { compareThreads } from './agent/compare-threads.ts';

/**
 * How well an agent uses its machine, with real proofs of the canary under the development CRS: our agent against Aztec's,
 * with our prover and with `bb prove` for each job; the two provers without an agent; one agent on all cores against several
 * on fewer.
 *
 *     npm run bench:agent -- [--backlog 30] [--rounds 3] [--leaves 10] [--work 1] [--threads-work 2]
 */
const { values } = parseArgs({
  options: {
    leaves: { type: 'string', default: '10' },
    backlog: { type: 'string', default: '30' },
    rounds: { type: 'string', default: '3' },
    work: { type: 'string', default: '1' },
    'threads-work': { type: 'string', default: '2' },
  },
});
const leaves = Number(values.leaves);
const [work, threadsWork] = [Work.parse(Number(values.work)), Work.parse(Number(values['threads-work']))];
const crsPath = process.env['CRS_PATH'] ?? defaultCrsPath('development');
const points = 2 ** 20 + 1;
if (((await readCrs(crsPath))?.points ?? 0) < points) await makeDevelopmentCrs(crsPath, points, () => undefined);

const cores = availableParallelism();
console.log(`bb of bb.js 5.0.0; node ${process.version}, ${cores} cores, ${process.platform} ${process.arch}\n`);
await compareAgents(
  { leaves: Number(values.backlog), rounds: Number(values.rounds), work },
  { crsPath, threads: cores },
);
await compareBb({ leaves, rounds: Number(values.rounds), work }, crsPath, cores);
await compareThreads({ leaves, rounds: Number(values.rounds), work: threadsWork }, crsPath, cores);
process.exit(0);
