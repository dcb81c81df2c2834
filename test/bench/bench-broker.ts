import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

import { CoppiceBroker } from '../fixtures/coppice-broker.ts';
import { startAgentPool } from './agent-pool.ts';
import { AZTEC_BATCH_INTERVAL_MS, startAztecBroker } from './aztec-broker.ts';
import type { BrokerUnderTest } from './broker/broker-under-test.ts';
import { startLatencyAgents } from './broker/latency-agents.ts';
import { measureLatency } from './broker/measure-latency.ts';
import { measureThroughput, type Throughput } from './broker/measure-throughput.ts';
import { percentileOf } from './percentile-of.ts';

/**
 * Our broker against Aztec's 4.1.2, each in a process of its own, under Aztec's own clients: jobs a second and peak memory when
 * inputs travel in the calls, and how long an idle agent waits for a job. `bench:epoch` proves whole epochs on both.
 *
 *     npm run bench:broker -- [--jobs 10000] [--kib 800] [--agents 8] [--rounds 4] [--polls 1000,10000]
 */
const AZTEC_VERSION = '4.1.2';
const MIB = 2 ** 20;
const LEAST_TIMES_AZTEC = 2;
const MOST_MEMORY_MB = 300;

// Aztec's broker and agents log a line per job, which is not part of the comparison.
process.env['LOG_LEVEL'] = 'silent';

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '10000' },
    kib: { type: 'string', default: '800' },
    agents: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '4' },
    polls: { type: 'string', default: '1000,10000' },
  },
});
const [jobs, inputsBytes, agentCount] = [Number(values.jobs), Number(values.kib) * 1024, Number(values.agents)];
const rounds = Number(values.rounds);
const pollIntervalsMs = values.polls.split(',').map(Number);

const openers: readonly (() => Promise<BrokerUnderTest>)[] = [
  async () => {
    const broker = await CoppiceBroker.start({ aztecVersion: AZTEC_VERSION });
    return { name: 'Coppice', url: broker.url, pid: broker.pid, close: () => broker.close() };
  },
  async () => ({
    name: `Aztec ${AZTEC_VERSION}`,
    ...(await startAztecBroker({ batchIntervalMs: AZTEC_BATCH_INTERVAL_MS })),
  }),
];
const agents = await startAgentPool<string>(new URL('broker/throughput-agent.ts', import.meta.url), agentCount);
const idleAgents = await startLatencyAgents();
console.log(`node ${process.version}, ${availableParallelism()} cores, ${process.platform} ${process.arch}\n`);

console.log('from enqueue to an idle agent having the job, in milliseconds');
console.log(
  `${'broker'.padEnd(16)}${'agents poll every'.padStart(18)}${'jobs'.padStart(8)}${'p50'.padStart(8)}${'p99'.padStart(8)}`,
);
const measured: { readonly broker: BrokerUnderTest; readonly throughput: Throughput }[] = [];
const brokers: BrokerUnderTest[] = [];
for (const open of openers) {
  const broker = await open();
  brokers.push(broker);
  for (const [index, pollIntervalMs] of pollIntervalsMs.entries()) {
    const latenciesMs = await measureLatency(broker, idleAgents, { pollIntervalMs, rounds, epoch: index + 1 });
    const [p50, p99] = [0.5, 0.99].map((share) => percentileOf(latenciesMs, share).toFixed(0).padStart(8));
    const count = String(latenciesMs.length).padStart(8);
    console.log(`${broker.name.padEnd(16)}${`${pollIntervalMs / 1000} s`.padStart(18)}${count}${p50}${p99}`);
  }
}

console.log(`\n${jobs} jobs with inputs of ${values.kib} KiB in the calls, ${agentCount} agent processes`);
console.log(`${'broker'.padEnd(16)}${'jobs proven'.padStart(12)}${'jobs/s'.padStart(8)}${'peak memory'.padStart(14)}`);
for (const broker of brokers) {
  const throughput = await measureThroughput(broker, agents, { jobs, inputsBytes, epoch: pollIntervalsMs.length + 1 });
  measured.push({ broker, throughput });
  const { proven, jobsPerSecond, peakBytes } = throughput;
  const memory = peakBytes === undefined ? 'unknown' : `${(peakBytes / MIB).toFixed(0)} MiB`;
  const end = proven < jobs ? '   then it ended' : '';
  console.log(
    `${broker.name.padEnd(16)}${String(proven).padStart(12)}${jobsPerSecond.toFixed(1).padStart(8)}${memory.padStart(14)}${end}`,
  );
  await broker.close();
}
await idleAgents.close();
await agents.close();

const [ours, aztecs] = measured.map(({ throughput }) => throughput);
const times = (ours?.jobsPerSecond ?? NaN) / (aztecs?.jobsPerSecond ?? NaN);
const memoryMb = (ours?.peakBytes ?? 0) / 1e6;
console.log(`\nCoppice proves ${times.toFixed(1)} times as many jobs a second (at least ${LEAST_TIMES_AZTEC})`);
console.log(`Coppice's broker held ${memoryMb.toFixed(0)} MB (at most ${MOST_MEMORY_MB})`);
if (!(times >= LEAST_TIMES_AZTEC && memoryMb <= MOST_MEMORY_MB && ours?.proven === jobs)) {
  console.log('That is a fault');
  process.exitCode = 1;
}
