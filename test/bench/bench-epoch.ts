import './epoch/silence-logs.ts';

import { cpus, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { EthAddress } from '@aztec/foundation/eth-address';
import { PublicProcessorFactory } from '@aztec/simulator/server';

import { countTxs } from '../../containers/epoch-view/holds-traffic-mix.ts';
import { type EpochProof, proveEpoch } from '../../containers/node/prove-epoch.ts';
import { expectedCounts } from '../../shared/merge-tree/expected/expected-counts.ts';
import { installedNetworkVersion } from '../../shared/proving-job/network-version.ts';
import { CoppiceBroker } from '../fixtures/coppice-broker.ts';
import { startAgentPool } from './agent-pool.ts';
import { AZTEC_BATCH_INTERVAL_MS, startAztecBroker } from './aztec-broker.ts';
import type { AztecAgentSource } from './epoch/aztec-agent.ts';
import { openAztecSide } from './epoch/aztec-side.ts';
import { openCoppiceSide } from './epoch/coppice-side.ts';
import type { EpochSide } from './epoch/epoch-side.ts';
import { recordDevnetEpoch, recordEpochOf } from './epoch/recorded-epoch.ts';
import { medianOf } from './median-of.ts';
import { EpochNumber } from '../../shared/proving-job/epoch-id.ts';

/**
 * How long an epoch takes from ready to its root proof, with simulated proofs: with our fleet; with Aztec's node and agents on
 * our broker; and with all of Aztec's own. The same epoch of a devnet, the same node process, as many agents; rounds take turns.
 *
 *     npm run bench:epoch -- [--rounds 3] [--agents 2] [--environment-file FILE]
 */
const AZTEC_POLL_MS = 1000;
const AZTEC_FAST_POLL_MS = 100;

/** From the agents' start to the epoch's: idle agents that poll every second are half way to their next poll. */
const SETTLE_MS = 1500;

/** The most time that our fleet, and Aztec's on our broker, may take, as a share of what Aztec's own takes. */
const MOST_OF_DEFAULT = { fleet: 0.5, broker: 0.6 };
const MOST_OF_FAST_POLL = { fleet: 1, broker: 1 };

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    agents: { type: 'string', default: '2' },
    // Uses a devnet that is already running instead of starting one.
    'environment-file': { type: 'string' },
  },
});
const [roundCount, agentCount] = [Number(values.rounds), Number(values.agents)];
const startedAtMs = performance.now();

const { data, subsystems } = await (values['environment-file'] === undefined
  ? recordDevnetEpoch((line) => say(line))
  : recordEpochOf(values['environment-file']));

const proverId = EthAddress.fromNumber(0xc0bb1ce);
const coppice = await openCoppiceSide(subsystems, { agentCount, proverId });
const broker = await startAztecBroker({ batchIntervalMs: AZTEC_BATCH_INTERVAL_MS });
const ourBroker = await CoppiceBroker.start({ aztecVersion: installedNetworkVersion() });
const agents = await startAgentPool<AztecAgentSource>(new URL('epoch/aztec-agent.ts', import.meta.url), agentCount);
const onOurBroker = await openAztecSide("Aztec's node and agents, our broker", subsystems, {
  broker: ourBroker,
  agents,
  proverId,
  pollIntervalMs: AZTEC_POLL_MS,
});
const aztecOptions = { broker, agents, proverId };
const aztec = await openAztecSide('Aztec, its defaults', subsystems, {
  ...aztecOptions,
  pollIntervalMs: AZTEC_POLL_MS,
});
const aztecFast = await openAztecSide('Aztec, agents polling every 100 ms', subsystems, {
  ...aztecOptions,
  pollIntervalMs: AZTEC_FAST_POLL_MS,
});

const blocks = data.shape.flatMap((checkpoint) => checkpoint.blocks);
const jobs = expectedCounts(data.shape).distinct;
console.log(
  [
    '',
    `machine  ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, node ${process.version}, ${process.platform} ${process.arch}`,
    `epoch    ${data.shape.length} checkpoints, ${blocks.length} blocks, ${countTxs(blocks)} transactions, ${jobs} proving jobs, simulated proofs`,
    `fleets   ${agentCount} agents each, every process warm: each agent has proven the whole epoch by itself before`,
    `Aztec    its broker with its database on disk, proofs inline over JSON-RPC, where RPC_MAX_BODY_SIZE must be raised for that`,
    '',
  ].join('\n'),
);

let runs = 0;
let rootInputs: Buffer | undefined;

// First each agent proves the whole epoch once by itself, so that all agents and the node have loaded every circuit.
for (const side of [coppice, aztecFast]) {
  for (let agent = 0; agent < agentCount; agent++) {
    say(`warm-up  ${side.name}, agent ${agent + 1} alone: ${(await timeOf(side, [agent])).toFixed(1)} s`);
  }
}

const sides = [coppice, onOurBroker, aztec, aztecFast];
const seconds = new Map<EpochSide, number[]>(sides.map((side) => [side, []]));
for (let round = 1; round <= roundCount; round++) {
  for (const side of sides) {
    const taken = await timeOf(side);
    seconds.get(side)?.push(taken);
    say(`round ${round}  ${side.name.padEnd(36)}${taken.toFixed(2).padStart(8)} s`);
  }
}

await coppice.close();
await agents.close();
await broker.close();
await ourBroker.close();
await subsystems.stop();

const medians = new Map([...seconds].map(([side, taken]) => [side, medianOf(taken)]));
const shareOf = (ours: EpochSide, theirs: EpochSide): number =>
  (medians.get(ours) ?? NaN) / (medians.get(theirs) ?? NaN);
console.log(`\nseconds from epoch ready to root proof${' '.repeat(2)}median`);
for (const [side, median] of medians) console.log(`${side.name.padEnd(40)}${median.toFixed(2).padStart(6)}`);
console.log('');
let isFault = false;
for (const [theirs, most] of [
  [aztec, MOST_OF_DEFAULT],
  [aztecFast, MOST_OF_FAST_POLL],
] as const) {
  for (const [ours, limit] of [
    [coppice, most.fleet],
    [onOurBroker, most.broker],
  ] as const) {
    const share = shareOf(ours, theirs);
    if (!(share <= limit)) isFault = true;
    console.log(`${ours.name}: ${share.toFixed(2)} of ${theirs.name} (at most ${limit.toFixed(1)})`);
  }
}
console.log(`the root of every run has the same public inputs`);
if (isFault) console.log('Coppice takes longer than it may: that is a fault');
process.exit(isFault ? 1 : 0);

/** Proves the epoch under a new number, so that all of its jobs are new, and checks its root. */
async function timeOf(side: EpochSide, only?: readonly number[]): Promise<number> {
  runs += 1;
  const asNew = { ...data, epoch: EpochNumber.parse(data.epoch + runs) };
  const { proof, taken } = await side.run(
    asNew,
    async (orchestrator) => {
      await sleep(SETTLE_MS);
      const beganAtMs = performance.now();
      const proof = await proveEpoch(asNew, {
        orchestrator,
        worldState: subsystems.worldState,
        publicProcessorFactory: new PublicProcessorFactory(subsystems.archiver, subsystems.dateProvider),
        signal: new AbortController().signal,
      });
      return { proof, taken: (performance.now() - beganAtMs) / 1000 };
    },
    only,
  );
  assertSameRoot(proof, side);
  return taken;
}

function assertSameRoot({ publicInputs }: EpochProof, side: EpochSide): void {
  const bytes = publicInputs.toBuffer();
  rootInputs ??= bytes;
  if (!rootInputs.equals(bytes))
    throw new Error(`${side.name}: the root's public inputs are not those of the first run`);
}

function say(line: string): void {
  console.log(`${((performance.now() - startedAtMs) / 1000).toFixed(0).padStart(4)} s  ${line}`);
}
