import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';

import { startAgentPool } from './agent-pool.ts';
import type { BrokerUnderTest } from './broker/broker-under-test.ts';
import { startBrokers } from './broker/brokers.ts';
import { startLatencyAgents } from './broker/latency-agents.ts';
import { measureLatency } from './broker/measure-latency.ts';
import { measureThroughput, type Throughput } from './broker/measure-throughput.ts';
import { percentileOf } from './percentile-of.ts';

/**
 * Our broker against Aztec's of 4.1.2 and 5.2.0, each in a separate process, under Aztec's own clients: how long an idle
 * agent waits for a job, and jobs a second, the broker's share of the processors' time and its peak memory when inputs travel
 * in the calls. The brokers take turns, so that load on the machine slows them alike. `bench:epoch` proves whole epochs.
 *
 *     npm run bench:broker -- [--jobs 10000] [--turn 500] [--kib 800] [--agents 8] [--rounds 4] [--polls 1000,10000]
 */
const MB = 1e6;
const LEAST_TIMES_AZTEC_4_1_2 = 2;
const LEAST_TIMES_AZTEC_5_2_0 = 1;
const MOST_MEMORY_MB = 300;

// Aztec's broker and agents log a line per job, which is not part of the comparison.
process.env['LOG_LEVEL'] = 'silent';

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '10000' },
    turn: { type: 'string', default: '500' },
    kib: { type: 'string', default: '800' },
    agents: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '4' },
    polls: { type: 'string', default: '1000,10000' },
  },
});
const [jobs, inputsBytes, agentCount] = [Number(values.jobs), Number(values.kib) * 1024, Number(values.agents)];
const pollIntervalsMs = values.polls.split(',').filter(Boolean).map(Number);

const agents = await startAgentPool<string>(new URL('broker/throughput-agent.ts', import.meta.url), agentCount);
const { coppice, aztec412, aztec520 } = await startBrokers();
const brokers = [coppice, aztec412, aztec520].filter((broker) => broker !== undefined);
console.log(
  `node ${process.version}, ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), ${process.platform} ${process.arch}\n`,
);
await compareLatency();
const isFast = await compareThroughput();
for (const broker of brokers) await broker.close();
await agents.close();
if (!isFast) {
  console.log('That is a fault');
  process.exitCode = 1;
}

async function compareLatency(): Promise<void> {
  if (pollIntervalsMs.length === 0) return;
  const idleAgents = await startLatencyAgents();
  console.log('from enqueue to an idle agent having the job, in milliseconds');
  console.log(`${'broker'.padEnd(16)}${columns('agents poll every', 'jobs', 'p50', 'p99')}`);
  for (const [index, pollIntervalMs] of pollIntervalsMs.entries()) {
    for (const broker of brokers) {
      const rounds = Number(values.rounds);
      const latenciesMs = await measureLatency(broker, idleAgents, { pollIntervalMs, rounds, epoch: index + 1 });
      const [p50, p99] = [0.5, 0.99].map((share) => percentileOf(latenciesMs, share).toFixed(0));
      const line = columns(`${pollIntervalMs / 1000} s`, latenciesMs.length, p50, p99);
      console.log(`${broker.name.padEnd(16)}${line}`);
    }
  }
  await idleAgents.close();
  console.log('');
}

/** @returns whether our broker is as fast and as small as it has to be */
async function compareThroughput(): Promise<boolean> {
  const measured = new Map<BrokerUnderTest, Throughput>();
  const jobsPerTurn = Number(values.turn);
  for (let firstNumber = 0; firstNumber < jobs; firstNumber += jobsPerTurn) {
    for (const broker of brokers) {
      const before = measured.get(broker);
      // It has ended in an earlier turn.
      if (before !== undefined && before.proven < firstNumber) continue;
      const epoch = pollIntervalsMs.length + 1;
      const turn = { jobs: Math.min(jobsPerTurn, jobs - firstNumber), inputsBytes, epoch, firstNumber };
      measured.set(broker, sumOf(before, await measureThroughput(broker, agents, turn)));
    }
  }
  console.log(`${jobs} jobs with inputs of ${values.kib} KiB in the calls, ${agentCount} agent processes`);
  console.log(`${'broker'.padEnd(16)}${columns('jobs proven', 'jobs/s', 'broker CPU ms/job', 'peak memory MB')}`);
  for (const [{ name }, { proven, seconds, cpuSeconds, peakBytes = NaN }] of measured) {
    const cpuMs = ((cpuSeconds / proven) * 1000).toFixed(1);
    const line = columns(proven, (proven / seconds).toFixed(1), cpuMs, (peakBytes / MB).toFixed(0));
    console.log(`${name.padEnd(16)}${line}${proven < jobs ? '   then it ended' : ''}`);
  }
  const ours = measured.get(coppice);
  const memoryMb = (ours?.peakBytes ?? 0) / MB;
  console.log(`\nCoppice's broker held ${memoryMb.toFixed(0)} MB (at most ${MOST_MEMORY_MB})`);
  let isGood = memoryMb <= MOST_MEMORY_MB && ours?.proven === jobs;
  for (const [rival, least] of [
    [aztec412, LEAST_TIMES_AZTEC_4_1_2],
    [aztec520, LEAST_TIMES_AZTEC_5_2_0],
  ] as const) {
    const theirs = rival && measured.get(rival);
    if (theirs === undefined) continue;
    const times = speedOf(ours) / speedOf(theirs);
    console.log(`Coppice proves ${times.toFixed(2)} times as many jobs a second as ${rival?.name} (at least ${least})`);
    if (!(times >= least)) isGood = false;
  }
  return isGood;
}

function sumOf(before: Throughput | undefined, turn: Throughput): Throughput {
  if (before === undefined) return turn;
  return {
    proven: before.proven + turn.proven,
    seconds: before.seconds + turn.seconds,
    cpuSeconds: before.cpuSeconds + turn.cpuSeconds,
    peakBytes: turn.peakBytes ?? before.peakBytes,
  };
}

function speedOf(throughput: Throughput | undefined): number {
  return throughput === undefined ? NaN : throughput.proven / throughput.seconds;
}

function columns(...cells: readonly (string | number | undefined)[]): string {
  return cells.map((cell) => String(cell).padStart(20)).join('');
}
