import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

import { parseEther, parseGwei, zeroAddress } from 'viem';

import { NodeWatch } from '../../../containers/broker/node-watch/node-watch.ts';
import type { NodeView } from '../../../containers/broker/node-watch/official-node.ts';
import { measureLag } from '../../../containers/node/measure-lag.ts';
import { EarlierEpochs } from '../../../functions/scale-fleet/earlier-epochs.ts';
import { ProvenJobs } from '../../../shared/merge-tree/progress/proven-jobs.ts';
import { DEFAULT_SCALING_POLICY } from '../../../functions/scale-fleet/decide/fleet-state.ts';
import { scaleLines } from '../../../functions/scale-fleet/lines/scale-lines.ts';
import { scaleFleet, type ScaleFleetDeps } from '../../../functions/scale-fleet/scale-fleet.ts';
import { watchL1, type WatchL1Deps } from '../../../shared/l1-watch/watch-l1.ts';
import type { L1View } from '../../../shared/l1-watch/read-l1-view.ts';
import { type Measurement, measureOutbox, type Remembered, measureL1 } from '../../../shared/l1-watch/measure-l1.ts';
import { readEcsEvent } from '../../../functions/watch-tasks/read-ecs-event.ts';
import { watchTasks } from '../../../functions/watch-tasks/watch-tasks.ts';
import type { AgentGroup } from '../../../shared/agent-fleet/agent-fleet.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { L1Clock } from '../../../shared/l1/l1-clock.ts';
import { createL1Client } from '../../../shared/l1/l1-client.ts';
import { AgentId, type AttemptCause } from '../../../shared/ledger/job-ledger.ts';
import type { RootRecord } from '../../../shared/ledger/outbox.ts';
import type { LineTroubleKind } from '../../../shared/ledger/watched-nodes.ts';
import type { Pool } from '../../../shared/proving-job/circuit-family.ts';
import { createLogger } from '../../../shared/telemetry/logger.ts';
import { meteredEngine } from '../../../shared/engine/metered-engine.ts';
import type { Metrics } from '../../../shared/telemetry/metrics.ts';
import { aNewJob } from '../../contract/a-new-job.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../contract/embedded-harness.ts';
import { aStoppedTaskEvent } from '../../functions/stopped-task-event.ts';
import { ROLLUP } from '../../fixtures/epoch-id.ts';
import { EpochNumber, makeRollupId, TRIALS } from '../../../shared/proving-job/epoch-id.ts';
import { epochIdOf } from '../../../shared/proving-job/proving-job-id.ts';

export const AT_MS = 1_800_000_000_000;
const log = createLogger('test', { logLevel: 'silent' });

/** Writes the metrics of L1 that `watch-l1` writes for `view`, as the second of two polls. */
export function seeL1(metrics: Metrics, view: Partial<L1View>, before: Partial<Remembered> = {}): void {
  const calm: L1View = {
    rollup: ROLLUP,
    timing: { genesisAtSeconds: 0, slotSeconds: 72, epochSlots: 32, proofSubmissionEpochs: 1 },
    atMs: AT_MS,
    tips: { pendingCheckpoint: 12, provenCheckpoint: 8 },
    unproven: [{ epoch: 5, deadlineAtMs: AT_MS + 3_600_000 }],
    newestUnproven: 5,
    newestClosed: 3,
    gasPriceWei: parseGwei('1.5'),
    balancesWei: [parseEther('2')],
    followed: { blocks: [], replaced: 0 },
  };
  const memory: Remembered = { blocks: [], pendingCheckpoint: 12, unproven: [5], newestClosed: 3 };
  const { state, events } = measureL1({ ...calm, ...view }, [], { ...memory, ...before });
  record(metrics, [...state, ...events]);
}

/** Writes the metrics of the outbox that `watch-l1` writes when the oldest root has waited `ageSeconds`. */
export function seeOutbox(metrics: Metrics, ageSeconds: number | undefined): void {
  const root = { epoch: 5, state: 'waiting', storedAtMs: AT_MS - (ageSeconds ?? 0) * 1000 } as RootRecord;
  record(metrics, measureOutbox(ageSeconds === undefined ? [] : [root], AT_MS));
}

function record(metrics: Metrics, measurements: readonly Measurement[]): void {
  for (const { name, value, properties } of measurements) metrics.record(name, value, {}, properties);
}

/**
 * Writes the metrics that `watch-l1` writes when its one RPC URL answers, or when nothing listens there. It then fails, for
 * lack of a rollup or of L1.
 */
export async function callL1(metrics: Metrics, whether: 'answers' | 'is silent'): Promise<void> {
  const head = { number: '0x1', hash: '0x1', timestamp: `0x${(AT_MS / 1000).toString(16)}`, transactions: [] };
  const server = createServer((request, response) => {
    void json(request).then((call) => {
      const { method } = call as { readonly method: string };
      response.setHeader('content-type', 'application/json');
      const result = method === 'eth_getBlockByNumber' ? head : '0x1';
      response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<unknown> => new Promise((resolve) => server.close(resolve));
  if (whether === 'is silent') await close();

  await watchL1({
    settings: {
      l1ChainId: 1,
      publisherAddresses: [],
    },
    findRollup: async () => zeroAddress,
    engine: { outbox: { open: async () => [] } } as unknown as WatchL1Deps['engine'],
    note: { find: async () => ({ value: undefined, version: undefined }), replace: async () => true },
    l1: createL1Client({ rpcUrls: [`http://127.0.0.1:${port}`], chainId: 1 }),
    canonical: { find: async () => ({ value: undefined, version: undefined }), replace: async () => true },
    l1Time: { find: async () => ({ value: undefined, version: undefined }), replace: async () => true },
    clock: new L1Clock({ nowMs: () => AT_MS, steadyMs: () => 0 }),
    ...{ metrics, log, nowMs: () => AT_MS },
  }).catch(() => undefined);
  if (whether === 'answers') await close();
}

/** Writes the metrics that the node writes when the newest L1 block that it has read is this old. */
export async function followL1(metrics: Metrics, ageSeconds: number): Promise<void> {
  await measureLag({ readUntilMs: async () => AT_MS - ageSeconds * 1000, nowMs: () => AT_MS, metrics, log });
}

/** Writes the metrics that `watch-tasks` writes for `count` tasks of a service that ended with this exit code. */
export function stopTasks(metrics: Metrics, service: string, exitCode: number, count = 1): void {
  for (let stopped = 0; stopped < count; stopped += 1) {
    const news = readEcsEvent(aStoppedTaskEvent({ group: `service:coppice-${service}` }, { exitCode }), 'coppice');
    if (news === undefined) throw new Error(`unknown service of the fleet: ${service}`);
    watchTasks(news, { metrics, log });
  }
}

/** Writes the metrics that an agent writes when it loses a job's only attempt to this cause. */
export async function loseJob(metrics: Metrics, cause: AttemptCause): Promise<void> {
  const harness = await openEmbeddedHarness({
    attemptBudgets: { 'lost-agent': 1, 'out-of-memory': 1, 'time-out': 1, failure: 1, 'corrupt-inputs': 1 },
  });
  const { jobs } = meteredEngine(harness.engine, metrics, () => harness.nowMs());
  const job = await jobs.record(aNewJob());
  const claim = await jobs.claim(job.id, AgentId.parse('agent-1'), 120);
  if (claim.outcome === 'claimed') await jobs.fail(claim.lease, cause, 'no');
  await harness.close();
}

/** Writes the metrics that `scale-fleet` writes for these running agents, waiting jobs of `pool` and dollars of the day. */
export async function runScalerOver(
  metrics: Metrics,
  {
    groups,
    pool,
    waiting,
    dollarsToday = 0,
  }: {
    readonly groups: readonly AgentGroup[];
    readonly pool: Pool;
    readonly waiting: number;
    readonly dollarsToday?: number;
  },
): Promise<void> {
  const harness = await openEmbeddedHarness();
  const { engine } = harness;
  await openEpoch(engine, harness.nowMs());
  for (let recorded = 0; recorded < waiting; recorded += 1) await engine.jobs.record({ ...aNewJob(), pool });
  const day = new Date(harness.nowMs()).toISOString().slice(0, 'YYYY-MM-DD'.length);
  const memory = {
    atMs: harness.nowMs(),
    pools: {},
    cost: { day, dollars: dollarsToday, countedUntilMs: harness.nowMs() },
  };
  const note = { find: async () => ({ value: memory, version: 1 }), replace: async () => true };
  await scaleFleet({ ...scalerDeps(harness, metrics), fleet: fleetOf(groups), note });
  await harness.close();
}

/** Writes the metrics that `scale-fleet` writes while a line with an open epoch has drained for so long. */
export async function runScalerOverLine(metrics: Metrics, drainedForMs: number): Promise<void> {
  const harness = await openEmbeddedHarness();
  await openEpoch(harness.engine, harness.nowMs());
  const line = { name: 'v4', version: aNewJob().networkVersion };
  const standing = { ...line, state: 'draining', rollup: ROLLUP, wasCanonical: true, openEpochs: 1 } as const;
  const before = { ...standing, supersededAtMs: harness.nowMs() - drainedForMs, agents: 0, isNodeStopped: false };
  const empty = { find: async () => ({ value: undefined, version: undefined }), replace: async () => true };
  const deps = { ...scalerDeps(harness, metrics), fleet: fleetOf([]), note: empty };
  const replaced = makeRollupId(31_337, `0x${'0b'.repeat(20)}`);
  await scaleLines({
    ...deps,
    lines: [{ ...line, deps }],
    epochs: harness.engine.epochs,
    nodes: { desired: async () => 1, setDesired: async () => undefined },
    canonical: { find: async () => ({ value: { rollup: replaced }, version: 1 }) },
    standings: { ...empty, find: async () => ({ value: { lines: [before] }, version: 1 }) },
  });
  await harness.close();
}

function fleetOf(groups: readonly AgentGroup[]): ScaleFleetDeps['fleet'] {
  return { describe: async () => groups, setDesired: async () => undefined };
}

function scalerDeps(harness: EmbeddedHarness, metrics: Metrics): Omit<ScaleFleetDeps, 'fleet' | 'note'> {
  const { engine } = harness;
  const limits = {
    ...{ maxAgents: 10, minAgents: 0, slotsPerAgent: 1, startUpSeconds: 90, onDemandShare: 0 },
    dollarsPerHour: { spot: 0.1, od: 0.3 },
  };
  return {
    engine,
    proven: new ProvenJobs(engine.jobs),
    earlier: new EarlierEpochs(engine.jobs),
    growing: { latest: async () => undefined },
    spotEvents: { since: async () => Promise.resolve([]) },
    budget: { mayCross: false },
    policy: DEFAULT_SCALING_POLICY,
    pools: { small: limits, medium: limits, large: limits, gpu: limits },
    metrics,
    nowMs: () => harness.nowMs(),
    log,
  };
}

async function openEpoch({ epochs }: Engine, nowMs: number): Promise<void> {
  const { id: jobId, rangeId, networkVersion } = aNewJob();
  await epochs.open({
    ...{ id: epochIdOf(jobId), rangeId, networkVersion },
    firstCheckpoint: 12,
    lastCheckpoint: 12,
    shape: [{ blocks: [{ publicTxs: 0, privateTxs: 0 }], l1ToL2Messages: 0 }],
    deadlineAtMs: nowMs + 3_600_000,
  });
}

/** What an official node and L1 say while this is wrong; none for a node that has nothing to do. */
const LINES: Readonly<
  Record<
    LineTroubleKind | 'none',
    { readonly node?: Partial<NodeView>; readonly isWaiting?: true; readonly isRetired?: true }
  >
> = {
  none: {},
  'node-unreachable': { node: { sessions: undefined, problem: 'no node responds' } },
  'node-idle': { isWaiting: true },
  'session-failed': { isWaiting: true, node: { sessions: [{ epoch: EpochNumber.parse(5), state: 'failed' }] } },
  'proof-not-submitted': {
    isWaiting: true,
    node: { sessions: [{ epoch: EpochNumber.parse(5), state: 'publishing-proof' }] },
  },
  'version-mismatch': { node: { versions: { packageVersion: '5.2.0' } } },
  'retired-line': { isRetired: true },
};

/** Writes the metrics that a broker writes when the trouble has lasted for half an hour. */
export async function watchLine(metrics: Metrics, trouble: LineTroubleKind | 'none'): Promise<void> {
  const { node, isWaiting, isRetired } = LINES[trouble];
  const harness = await openEmbeddedHarness();
  const { engine } = harness;
  const networkVersion = '6.0.0';
  const ofAgent = { ...A_NODES_AGENT, networkVersion };
  const atMs = harness.nowMs();
  const epoch = { epoch: 5, endedAtMs: atMs - 600_000, deadlineAtMs: atMs + 3_600_000 };
  const watch = new NodeWatch({
    line: { networkVersion, rollup: ROLLUP },
    node: { view: async () => ({ versions: {}, sessions: [], problem: undefined, ...node }) },
    engine,
    l1: {
      firstOpenEpoch: async () => (isWaiting ? epoch : undefined),
      firstUnprovenEpoch: async () => 5,
      leastBalanceEth: async () => undefined,
    },
    readCanonical: async () => (isRetired ? TRIALS : ROLLUP),
    ...{ metrics, log, nowMs: () => harness.nowMs(), steadyMs: () => harness.nowMs() },
  });
  for (const seconds of [0, 1800]) {
    await harness.elapse(seconds);
    await engine.agents.report({ ...ofAgent, lastSeenAtMs: harness.nowMs() });
    await watch.watch(new AbortController().signal);
  }
  await harness.close();
}

const A_NODES_AGENT = {
  ...{ agentId: AgentId.parse('agent-1'), pools: ['small' as const], family: 'aztec', hostname: 'host', pid: 1 },
  ...{ state: 'idle' as const, startedAtMs: 0, jobsProven: 0 },
};
