import { DeleteQueueCommand, GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { DEFAULT_SCALING_POLICY } from '../../../functions/scale-fleet/decide/fleet-state.ts';
import { EarlierEpochs } from '../../../functions/scale-fleet/earlier-epochs.ts';
import { type ScaledLine, scaleLines } from '../../../functions/scale-fleet/lines/scale-lines.ts';
import { ProvenJobs } from '../../../shared/merge-tree/progress/proven-jobs.ts';
import { ScalerNote } from '../../../functions/scale-fleet/scaler-note.ts';
import { FleetPools } from '../../../shared/agent-fleet/fleet-pools.ts';
import { type LineStanding, lineStandingsNote } from '../../../shared/agent-fleet/line-standing.ts';
import { openAwsEngine } from '../../../shared/engine/aws/aws-engine.ts';
import { createQueues } from '../../../shared/engine/aws/create-aws-resources.ts';
import { EcsAgentFleet } from '../../../shared/engine/aws/fleet/ecs-agent-fleet.ts';
import { EcsNodeServices } from '../../../shared/engine/aws/fleet/ecs-node-services.ts';
import type { CompleteEngine } from '../../../shared/engine/engine.ts';
import { sweepLedger } from '../../../shared/job-queue/sweep-ledger.ts';
import { canonicalRollupNote } from '../../../shared/l1/canonical-rollup.ts';
import { openStreamedEpoch, STREAMED_RANGE } from '../../../shared/ledger/streamed-epoch.ts';
import { Lane, Pool } from '../../../shared/proving-job/circuit-family.ts';
import { type EpochId, makeRollupId, type RollupId } from '../../../shared/proving-job/epoch-id.ts';
import type { FleetLine } from '../../../shared/proving-job/fleet-line.ts';
import { ProvingJobId } from '../../../shared/proving-job/proving-job-id.ts';
import { createLogger } from '../../../shared/telemetry/logger.ts';
import { NO_METRICS } from '../../../shared/telemetry/open-metrics.ts';
import { type AwsHarness, openAwsHarness } from '../../contract/aws-harness.ts';
import { aJob, clientOf, newOfficialAgent, type RunningBroker, startTestBroker } from '../../contract/broker-ground.ts';
import { type EcsCluster, openEcsCluster } from '../../contract/ecs-cluster.ts';
import { epochId } from '../../fixtures/epoch-id.ts';

/** Aztec 4.1.2, twice: only the names of the versions differ. */
const OLD = { name: 'old', version: '4.1.2' };
const NEXT = { name: 'next', version: '4.1.2-next' };
const LINES = [OLD, NEXT];
const ROLLUPS: Readonly<Record<string, RollupId>> = {
  old: makeRollupId(31_337, `0x${'0a'.repeat(20)}`),
  next: makeRollupId(31_337, `0x${'0b'.repeat(20)}`),
};
const POOL = { maxAgents: 5, minAgents: 1, dollarsPerHour: { spot: 0.1, od: 0.3 } };
const POOLS = FleetPools.parse({ small: POOL, medium: POOL });
const WINDOW_MS = 1_500_000;
const PATIENCE = { timeout: 300_000 };
const log = createLogger('test', { logLevel: 'silent' });

/** A line's node with its broker, and one of its agents, both official clients of 4.1.2. */
interface LinePrograms {
  readonly engine: CompleteEngine;
  readonly broker: RunningBroker;
  /** How many jobs the agent has proven. */
  proven(): number;
  stop(): Promise<void>;
}

/**
 * The network moves to another rollup: two lines over one ledger and bucket, with queues and services of their own on the emulator,
 * whose scaler and sweeper are the fleet's. The steps follow one another.
 */
describe('an upgrade of the network', () => {
  let harness: AwsHarness;
  let cluster: EcsCluster;
  /** As functions open it: over the queues of both lines. */
  let functions: CompleteEngine;
  const programs = new Map<string, LinePrograms>();

  beforeAll(async () => {
    harness = await openAwsHarness(['table', 'bucket']);
    const { clients, names, connection, leaseSeconds } = harness;
    await createQueues(clients, names, { leaseSeconds, lines: LINES.map(({ name }) => name) });
    cluster = await openEcsCluster(connection, names);
    for (const { name } of LINES) {
      await cluster.addNode(name);
      for (const pool of ['small', 'medium'] as const) await cluster.addService(pool, 'spot', name);
    }
    functions = openEngineOf(LINES);
    for (const line of LINES) programs.set(line.name, await startPrograms(line));
  });

  afterAll(async () => {
    for (const each of programs.values()) await each.stop();
    await functions.close();
    cluster.close();
    await harness.close();
  });

  function openEngineOf(lines: readonly FleetLine[]): CompleteEngine {
    const { connection, names, leaseSeconds } = harness;
    const prefix = names.ledgerTable.replace(/-ledger$/, '');
    return openAwsEngine({ prefix, connection, leaseSeconds, lines, nowMs: () => harness.nowMs() });
  }

  async function startPrograms(line: FleetLine): Promise<LinePrograms> {
    const engine = openEngineOf([line]);
    const broker = await startTestBroker(
      { engine, leaseSeconds: harness.leaseSeconds, nowMs: () => harness.nowMs() },
      { line: { networkVersion: line.version, rollup: ROLLUPS[line.name]! } },
    );
    let proven = 0;
    const agent = newOfficialAgent(clientOf(broker.url), { onProving: async () => void (proven += 1) });
    agent.start();
    return {
      engine,
      broker,
      proven: () => proven,
      async stop() {
        await agent.stop();
        await broker.stop();
        await engine.close();
      },
    };
  }

  function programsOf({ name }: FleetLine): LinePrograms {
    return programs.get(name)!;
  }

  /** The line's node asks for a proof. */
  async function enqueue(
    line: FleetLine,
    epoch: number,
  ): Promise<{ readonly jobId: ProvingJobId; readonly of: EpochId }> {
    const rollup = ROLLUPS[line.name]!;
    const of = epochId(epoch, rollup);
    const deadlineAtMs = harness.nowMs() + WINDOW_MS;
    const { version: networkVersion } = line;
    await openStreamedEpoch(
      functions.epochs,
      { id: of, networkVersion, readDeadlineAtMs: async () => deadlineAtMs },
      harness.nowMs(),
    );
    const { bytes: _, ...job } = await aJob(epoch);
    await clientOf(programsOf(line).broker.url).enqueueProvingJob(job);
    return { jobId: ProvingJobId.parse(`${rollup}:${job.id}`), of };
  }

  async function untilProven(jobId: ProvingJobId): Promise<void> {
    await vi.waitUntil(async () => (await functions.jobs.find(jobId))?.state === 'proven', PATIENCE);
  }

  /** L1's registry has it as the canonical one, as watch-l1 notes it. */
  async function makeCanonical(rollup: RollupId): Promise<void> {
    const note = canonicalRollupNote(functions.notes);
    await note.replace({ rollup }, (await note.find()).version);
  }

  /** Runs the scaler until it has settled: it stops nothing in its first run. */
  async function scale(lines: readonly FleetLine[] = LINES): Promise<readonly LineStanding[]> {
    const { names } = harness;
    const nowMs = (): number => harness.nowMs();
    const scaled = lines.map((line): ScaledLine => ({
      ...line,
      deps: {
        engine: functions,
        fleet: new EcsAgentFleet(cluster.ecs, names, line.name),
        pools: POOLS,
        budget: { mayCross: false },
        policy: DEFAULT_SCALING_POLICY,
        proven: new ProvenJobs(functions.jobs),
        earlier: new EarlierEpochs(functions.jobs),
        growing: functions.growingEpochs,
        spotEvents: functions.spotEvents,
        note: functions.notes.of(`scale-fleet-${line.name}`, ScalerNote),
        metrics: NO_METRICS,
        nowMs,
        log,
      },
    }));
    const standings = lineStandingsNote(functions.notes);
    for (let run = 0; run < 2; run += 1) {
      await harness.elapse(60);
      await scaleLines({
        lines: scaled,
        epochs: functions.epochs,
        nodes: new EcsNodeServices(cluster.ecs, names),
        canonical: canonicalRollupNote(functions.notes),
        standings,
        metrics: NO_METRICS,
        nowMs,
        log,
      });
    }
    return (await standings.find()).value?.lines ?? [];
  }

  async function agentsOf(line: FleetLine): Promise<number> {
    const groups = await new EcsAgentFleet(cluster.ecs, harness.names, line.name).describe();
    return groups.reduce((sum, { desired }) => sum + desired, 0);
  }

  async function nodesOf({ name }: FleetLine): Promise<number | undefined> {
    return new EcsNodeServices(cluster.ecs, harness.names).desired(name);
  }

  let ofOld: Awaited<ReturnType<typeof enqueue>>;

  it('finds the old line proving, and the next one ready', async () => {
    await makeCanonical(ROLLUPS['old']!);
    ofOld = await enqueue(OLD, 41);
    await untilProven(ofOld.jobId);
    const standings = await scale();
    expect(standings).toMatchObject([
      { name: 'old', state: 'proving', wasCanonical: true },
      { name: 'next', state: 'ready' },
    ]);
    expect(await agentsOf(OLD)).toBeGreaterThan(0);
  });

  it("has jobs of each line proven by the line's own agents only, side by side", async () => {
    const more = [await enqueue(OLD, 41), await enqueue(NEXT, 7), await enqueue(NEXT, 7), await enqueue(OLD, 41)];
    for (const { jobId } of more) await untilProven(jobId);
    expect([programsOf(OLD).proven(), programsOf(NEXT).proven()]).toEqual([3, 2]);
    const foreign = (await functions.incidents.latest(10)).filter(({ kind }) => kind === 'foreign-version');
    expect(foreign).toEqual([]);
  });

  it('sends a lost message again on the queue of its line', async () => {
    const next = openEngineOf([NEXT]);
    const { jobId } = await enqueue(NEXT, 7);
    await untilProven(jobId);
    const record = (await functions.jobs.find(jobId))!;
    await functions.queue.enqueue([
      { v: 1, jobId: record.id, circuit: record.circuit, networkVersion: record.networkVersion },
    ]);
    // The agent of its line finds it settled, and takes it off the queue.
    await vi.waitUntil(
      async () => (await next.queue.depths()).every(({ waiting, leased }) => waiting + leased === 0),
      PATIENCE,
    );
    await next.close();
    expect((await functions.queue.depths()).filter(({ line, waiting }) => line === 'old' && waiting > 0)).toEqual([]);
    expect(await sweepLedger({ ...functions, strandedSeconds: 3600, nowMs: () => harness.nowMs(), log })).toBe(0);
  });

  it('drains the old line once its rollup is no longer canonical, and keeps agents for what it has begun', async () => {
    await makeCanonical(ROLLUPS['next']!);
    const [old, next] = await scale();
    expect(old).toMatchObject({ state: 'draining', openEpochs: 1 });
    expect(next).toMatchObject({ state: 'proving' });
    const { jobId } = await enqueue(OLD, 41);
    await untilProven(jobId);
    expect(await nodesOf(OLD)).toBe(1);
  });

  it('ends the old line: its agents with its last epoch, and two hours later its node', async () => {
    await functions.epochs.advance(ofOld.of, STREAMED_RANGE, 'proven');
    await scale();
    expect(await agentsOf(OLD)).toBe(0);
    expect(await nodesOf(OLD)).toBe(1);
    await harness.elapse(2 * 3600);
    await enqueue(NEXT, 8);
    expect(await scale()).toMatchObject([
      { name: 'old', state: 'ended', agents: 0, isNodeStopped: true },
      { name: 'next', state: 'proving', isNodeStopped: false },
    ]);
    expect([await nodesOf(OLD), await nodesOf(NEXT)]).toEqual([0, 1]);
    expect(await agentsOf(NEXT)).toBeGreaterThan(0);
  });

  it('goes on without the old line once it is removed', async () => {
    const agentsBefore = await agentsOf(NEXT);
    await programsOf(OLD).stop();
    programs.delete(OLD.name);
    await removeLine(OLD);
    await functions.close();
    functions = openEngineOf([NEXT]);
    const { jobId } = await enqueue(NEXT, 8);
    await untilProven(jobId);
    expect(await scale([NEXT])).toMatchObject([{ name: 'next', state: 'proving' }]);
    expect(await agentsOf(NEXT)).toBe(agentsBefore);
    expect(await nodesOf(NEXT)).toBe(1);
  });

  /** What a deployment without the line deletes. */
  async function removeLine({ name }: FleetLine): Promise<void> {
    const { clients, names } = harness;
    for (const pool of Pool.options) {
      for (const queue of Lane.options.flatMap((lane) => [
        names.queue(pool, lane, name),
        names.deadLetterQueue(pool, lane, name),
      ])) {
        const { QueueUrl } = await clients.sqs.send(new GetQueueUrlCommand({ QueueName: queue }));
        await clients.sqs.send(new DeleteQueueCommand({ QueueUrl }));
      }
      if (POOLS[pool] !== undefined) await cluster.removeService(pool, 'spot', name);
    }
    await cluster.removeNode(name);
  }
});
