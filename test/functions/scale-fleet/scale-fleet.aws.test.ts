import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { EcsAgentFleet } from '../../../shared/engine/aws/fleet/ecs-agent-fleet.ts';
import { lineStandingsNote } from '../../../shared/agent-fleet/line-standing.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { openEngine } from '../../../shared/engine/open-engine.ts';
import { AgentId, type JobRecord, RangeId } from '../../../shared/ledger/job-ledger.ts';
import { aNewJob } from '../../contract/a-new-job.ts';
import { type AwsHarness, openAwsHarness } from '../../contract/aws-harness.ts';
import { type EcsCluster, openEcsCluster } from '../../contract/ecs-cluster.ts';
import { MetricLines } from '../metric-lines.ts';
import { epochId } from '../../fixtures/epoch-id.ts';

const EPOCH = epochId(7);
const RANGE = RangeId.parse('0xa1');
const POOLS = {
  small: { maxAgents: 6, dollarsPerHour: { spot: 1, od: 3 } },
  medium: { maxAgents: 2, dollarsPerHour: { spot: 2, od: 6 } },
};

describe('scale-fleet', () => {
  let harness: AwsHarness;
  let engine: Engine;
  let cluster: EcsCluster;
  let fleet: EcsAgentFleet;
  let metrics: MetricLines;
  let handler: () => Promise<{ readonly groups: readonly { readonly desired: number }[] }>;

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    harness = await openAwsHarness(['table']);
    const { connection, names } = harness;
    const prefix = names.ledgerTable.replace('-ledger', '');
    cluster = await openEcsCluster(connection, names);
    for (const pool of ['small', 'medium'] as const) {
      await cluster.addService(pool, 'spot');
      await cluster.addService(pool, 'od');
    }
    fleet = new EcsAgentFleet(cluster.ecs, names);
    engine = await openEngine({ engine: 'aws', prefix, connection, leaseSeconds: 30 });
    const variables = {
      COPPICE_AWS_PREFIX: prefix,
      AWS_REGION: connection.region ?? '',
      AWS_ENDPOINT_URL: connection.endpoint ?? '',
      COPPICE_FLEET_POOLS: JSON.stringify(POOLS),
      LOG_LEVEL: 'silent',
    };
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    metrics = new MetricLines();
    await loadHandler();
  });
  afterEach(async () => {
    metrics.stop();
    vi.useRealTimers();
    vi.unstubAllEnvs();
    cluster.close();
    await engine.close();
    await harness.close();
  });

  async function loadHandler(): Promise<void> {
    vi.resetModules();
    ({ handler } = await import('../../../functions/scale-fleet/handler.ts'));
  }
  const elapse = (seconds: number): unknown => vi.setSystemTime(Date.now() + seconds * 1000);
  const smallAgents = async (): Promise<number> => (await desired()).slice(0, 2).reduce((a, b) => a + b);
  const desired = async (): Promise<readonly number[]> => (await fleet.describe()).map((group) => group.desired);

  async function openEpoch(): Promise<void> {
    await engine.epochs.open({
      id: EPOCH,
      rangeId: RANGE,
      networkVersion: '4.1.2',
      firstCheckpoint: 1,
      lastCheckpoint: 1,
      // 40 merges above the leaves, and 40 parity bases: enough for the jobs that the tests record.
      shape: Array.from({ length: 10 }, () => ({ blocks: [{ publicTxs: 0, privateTxs: 6 }], l1ToL2Messages: 1024 })),
      // Hardly any time is left for work, so there are as many agents as jobs.
      deadlineAtMs: Date.now() + 600_000,
    });
  }
  async function record(count: number, circuit: Parameters<typeof aNewJob>[0]): Promise<readonly JobRecord[]> {
    return await Promise.all(Array.from({ length: count }, async () => engine.jobs.record(aNewJob(circuit))));
  }

  it('scales each pool from zero to what the open epoch needs, within the limits, and back to zero', async () => {
    await handler();
    expect(await desired()).toEqual([0, 0, 0, 0]);

    elapse(60);
    await openEpoch();
    await record(4, 'TX_MERGE_ROLLUP');
    await record(3, 'PARITY_BASE');
    await handler();
    const [smallSpot = 0, smallOd = 0, mediumSpot = 0, mediumOd = 0] = await desired();
    expect(smallSpot + smallOd).toBeGreaterThanOrEqual(4);
    expect(mediumSpot + mediumOd).toBe(2);
    const [decision] = await engine.decisions.latest('fleet', 1);
    expect(decision).toMatchObject({
      epochs: [{ epochId: EPOCH }],
      pools: [{ pool: 'small', waitingJobs: 4 }, { pool: 'medium' }],
    });

    await engine.jobs.cancelEpoch(EPOCH, 'a test ends it', RANGE);
    await engine.epochs.advance(EPOCH, RANGE, 'expired');
    elapse(60);
    await handler();
    expect(await desired()).toEqual([0, 0, 0, 0]);
  });

  it('scales each version line by its own work, pools and services, with metrics under its name', async () => {
    await cluster.addService('small', 'spot', 'v6');
    const { medium: _medium, ...ofLine } = POOLS;
    vi.stubEnv('COPPICE_LINES', 'native=4.1.2,v6=6.0.0');
    vi.stubEnv('COPPICE_FLEET_POOLS_OF_LINES', JSON.stringify({ v6: ofLine }));
    await loadHandler();
    await openEpoch();
    await record(4, 'TX_MERGE_ROLLUP');
    metrics.clear();
    const { groups } = await handler();
    // Four of the native line, and the one service of the other.
    expect(groups).toHaveLength(5);
    expect(await smallAgents()).toBeGreaterThanOrEqual(4);
    const [service] = await new EcsAgentFleet(cluster.ecs, harness.names, 'v6').describe();
    expect(service).toMatchObject({ pool: 'small', desired: 0 });
    expect(metrics.values().get('JobsWaiting small')).toBe(4);
    expect(metrics.values().get('JobsWaiting v6-small')).toBe(0);
    // Of the whole fleet, once.
    expect(metrics.all('ScalerRuns')).toHaveLength(1);
    expect(metrics.all('CostTodayDollars')).toHaveLength(1);
    expect((await engine.decisions.latest('fleet', 2)).map(({ line }) => line).toSorted()).toEqual(['v6', undefined]);
    expect((await lineStandingsNote(engine.notes).find()).value?.lines).toMatchObject([
      { name: 'native', state: 'proving', openEpochs: 1 },
      { name: 'v6', state: 'ready', agents: 0 },
    ]);
  });

  it('keeps the agents of an epoch that failed and is taken up again', async () => {
    await openEpoch();
    await record(5, 'TX_MERGE_ROLLUP');
    await handler();
    const before = await desired();
    await engine.epochs.advance(EPOCH, RANGE, 'failed');
    elapse(10);
    await handler();
    expect(await desired()).toEqual(before);
  });

  it('keeps agents that are proving when the rest of the epoch is done', async () => {
    await openEpoch();
    const [job] = await record(5, 'TX_MERGE_ROLLUP');
    await handler();
    expect(await smallAgents()).toBeGreaterThanOrEqual(5);
    if (job === undefined) throw new Error('no job');
    await engine.jobs.claim(job.id, AgentId.parse('agent-1'), 3600);
    await engine.epochs.advance(EPOCH, RANGE, 'expired');
    elapse(200);
    await handler();
    expect(await smallAgents()).toBe(1);
  });

  it('records the jobs, agents and missing agents of every pool, and that it ran', async () => {
    await openEpoch();
    await record(2, 'TX_MERGE_ROLLUP');
    await handler();
    expect(Object.fromEntries(metrics.values())).toMatchObject({
      'JobsWaiting small': 2,
      'JobsRunning small': 0,
      'JobsWithoutAgents small': 2,
      'JobsWaiting gpu': 0,
      'JobsWithoutAgents gpu': 0,
      'AgentsMissing small': 0,
      'AgentsRunning small spot': 0,
      CostTodayDollars: 0,
      ScalerRuns: 1,
    });
  });

  it('adds up what the agents cost, across containers, and only once when two runs overlap', async () => {
    vi.setSystemTime(new Date('2026-11-25T12:00:00Z'));
    await openEpoch();
    await record(3, 'TX_MERGE_ROLLUP');
    await handler();
    const dollarsPerHour = (await fleet.describe()).reduce(
      (sum, { pool, capacity, running }) => sum + running * POOLS[pool as keyof typeof POOLS].dollarsPerHour[capacity],
      0,
    );
    expect(dollarsPerHour).toBeGreaterThan(0);
    elapse(360);
    await loadHandler();
    await Promise.all([handler(), handler()]);
    expect(metrics.all('CostTodayDollars').at(-1)).toBeCloseTo(dollarsPerHour / 10);
    elapse(0);
    await handler();
    expect(metrics.all('CostTodayDollars').at(-1)).toBeCloseTo(dollarsPerHour / 10);
  });

  it('records once what an epoch cost, when it has ended', async () => {
    await openEpoch();
    await record(3, 'TX_MERGE_ROLLUP');
    await handler();
    elapse(360);
    await handler();
    const spent = metrics.all('CostTodayDollars').at(-1) ?? 0;
    await engine.epochs.advance(EPOCH, RANGE, 'expired', { reason: 'its window closed' });
    expect(metrics.all('EpochCostDollars')).toEqual([]);
    await loadHandler();
    await handler();
    await handler();
    expect(metrics.all('EpochCostDollars')).toHaveLength(1);
    const ofPool = (pool: string): number => metrics.values().get(`EpochAgentsDollars ${pool}`) ?? 0;
    expect(spent).toBeGreaterThan(0);
    expect(ofPool('small') + ofPool('medium')).toBeCloseTo(spent);
    expect(metrics.all('EpochGasEth')).toEqual([]);
  });

  it('requests agents of the other groups when the request to one fails, and then fails itself', async () => {
    const { scaleFleet } = await import('../../../functions/scale-fleet/scale-fleet.ts');
    const { EarlierEpochs } = await import('../../../functions/scale-fleet/earlier-epochs.ts');
    const { ProvenJobs } = await import('../../../shared/merge-tree/progress/proven-jobs.ts');
    const { DEFAULT_SCALING_POLICY } = await import('../../../functions/scale-fleet/decide/fleet-state.ts');
    const { FleetPools } = await import('../../../shared/agent-fleet/fleet-pools.ts');
    const asked: string[] = [];
    const run = scaleFleet({
      engine,
      proven: new ProvenJobs(engine.jobs),
      earlier: new EarlierEpochs(engine.jobs),
      growing: { latest: async () => undefined },
      spotEvents: { since: async () => Promise.resolve([]) },
      budget: { mayCross: false },
      policy: DEFAULT_SCALING_POLICY,
      pools: FleetPools.parse({ small: { ...POOLS.small, onDemandShare: 0.5, minAgents: 4 } }),
      fleet: {
        describe: () => fleet.describe(),
        setDesired: async (pool, capacity, count) => {
          asked.push(capacity);
          if (capacity === 'od') throw new Error('throttled');
          await fleet.setDesired(pool, capacity, count);
        },
      },
      note: {
        find: async () => Promise.resolve({ value: undefined, version: undefined }),
        replace: async () => Promise.resolve(true),
      },
      metrics: { record: (name) => void asked.push(name) },
      nowMs: Date.now,
      log: (await import('../../../shared/telemetry/logger.ts')).createLogger('test', { logLevel: 'silent' }),
    });
    await expect(run).rejects.toThrow(/could not request/);
    expect(asked).toEqual(expect.arrayContaining(['spot', 'od', 'JobsWaiting']));
    expect(asked).not.toContain('ScalerRuns');
  });

  it('changes nothing when the cluster cannot be read', async () => {
    vi.stubEnv('COPPICE_AWS_PREFIX', 'nobodys-fleet');
    await loadHandler();
    await expect(handler()).rejects.toThrow();
    expect(metrics.all('ScalerRuns')).toEqual([]);
  });

  it.each([
    ['missing', '', /missing .*\(COPPICE_FLEET_POOLS\)/],
    ['not JSON', '{small', /must be JSON by pool/],
    ['for an unknown pool', '{"tiny":{"maxAgents":1,"dollarsPerHour":{"spot":1,"od":1}}}', /must be JSON by pool/],
    ['without a limit', '{"small":{"dollarsPerHour":{"spot":1,"od":1}}}', /must be JSON by pool/],
  ])('refuses pools that are %s, and says what is expected', async (_, value, message) => {
    vi.stubEnv('COPPICE_FLEET_POOLS', value);
    await loadHandler();
    await expect(handler()).rejects.toThrow(message);
  });
});
