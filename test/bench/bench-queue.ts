import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

import { startAgentPool } from './agent-pool.ts';
import { AZTEC_BATCH_INTERVAL_MS } from './aztec-broker.ts';
import { medianOf } from './median-of.ts';
import { openAztecSide } from './queue/aztec-side.ts';
import type { BenchSide } from './queue/bench-side.ts';
import { openCoppiceSide } from './queue/coppice-side.ts';

/**
 * How many proving jobs a second go from requested to settled: on our embedded engine, and on Aztec's broker with its
 * persisted database, over its JSON-RPC. Same job ids, circuits and number of agent processes; rounds take turns.
 *
 *     npm run bench:queue -- [--jobs 10000] [--rounds 3] [--agents 8]
 */
const FASTEST_BATCH_INTERVAL_MS = 1;
const WARM_UP_JOBS = 500;

// Aztec's broker and agents log a line per job, which is not part of the comparison.
process.env['LOG_LEVEL'] = 'silent';

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '3' },
    agents: { type: 'string', default: '8' },
  },
});
const [jobCount, roundCount, agentCount] = [Number(values.jobs), Number(values.rounds), Number(values.agents)];

const aztecAgents = await startAgentPool<string>(new URL('queue/aztec-agent.ts', import.meta.url), agentCount);
const ours = await openCoppiceSide(agentCount);
const sides: BenchSide[] = [
  ours,
  await openAztecSide('Aztec broker, its defaults', aztecAgents, { batchIntervalMs: AZTEC_BATCH_INTERVAL_MS }),
  await openAztecSide('Aztec broker, writing every 1 ms', aztecAgents, { batchIntervalMs: FASTEST_BATCH_INTERVAL_MS }),
];

console.log(`${jobCount} jobs a round, ${agentCount} agent processes; Aztec 4.1.2 writes every 50 ms by default`);
console.log(`node ${process.version}, ${availableParallelism()} cores, ${process.platform} ${process.arch}\n`);
const jobsPerSecond = new Map<BenchSide, number[]>(sides.map((side) => [side, []]));
for (let round = 0; round <= roundCount; round++) {
  for (const side of sides) {
    const count = round === 0 ? WARM_UP_JOBS : jobCount;
    const seconds = await side.runRound(round + 1, count);
    if (round > 0) jobsPerSecond.get(side)?.push(count / seconds);
    const label = round === 0 ? 'warm-up' : `round ${round}`;
    console.log(`${label}  ${side.name.padEnd(34)}${(count / seconds).toFixed(0).padStart(6)} jobs/s`);
  }
}
for (const side of sides) await side.close();
await aztecAgents.close();

const oursMedian = medianOf(jobsPerSecond.get(ours) ?? []);
console.log(`\n${''.padEnd(34)}  jobs/s (median of ${roundCount})   Coppice is`);
for (const [side, rates] of jobsPerSecond) {
  const median = medianOf(rates);
  const ratio = side === ours ? '' : `${(oursMedian / median).toFixed(1)} times as fast`;
  console.log(`${side.name.padEnd(34)}${median.toFixed(0).padStart(8)}${' '.repeat(18)}${ratio}`);
}
const slowestAllowed = Math.max(...sides.slice(1).map((side) => medianOf(jobsPerSecond.get(side) ?? [])));
if (!(oursMedian >= slowestAllowed)) {
  console.log('\nCoppice is slower than Aztec: that is a fault');
  process.exitCode = 1;
}
