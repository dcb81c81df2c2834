import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { EarlierEpochs } from '../../../functions/scale-fleet/earlier-epochs.ts';
import { ProvenJobs } from '../../../shared/merge-tree/progress/proven-jobs.ts';
import { DEFAULT_SCALING_POLICY } from '../../../functions/scale-fleet/decide/fleet-state.ts';
import { scaleFleet } from '../../../functions/scale-fleet/scale-fleet.ts';
import { ScalerNote } from '../../../functions/scale-fleet/scaler-note.ts';
import type { AgentFleet } from '../../../shared/agent-fleet/agent-fleet.ts';
import { EcsAgentFleet } from '../../../shared/engine/aws/fleet/ecs-agent-fleet.ts';
import { FleetPools } from '../../../shared/agent-fleet/fleet-pools.ts';
import type { GrowingEpochs } from '../../../shared/agent-fleet/growing-epoch.ts';
import type { SpotEvents } from '../../../shared/agent-fleet/spot-events.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { openEngine } from '../../../shared/engine/open-engine.ts';
import { Pool } from '../../../shared/proving-job/circuit-family.ts';
import { createLogger } from '../../../shared/telemetry/logger.ts';
import { type AwsHarness, openAwsHarness } from '../../contract/aws-harness.ts';
import { type EcsCluster, openEcsCluster } from '../../contract/ecs-cluster.ts';
import { ScaledEpoch } from './scaled-epoch.ts';
import { epochId } from '../../fixtures/epoch-id.ts';

const POOLS = FleetPools.parse({
  small: { maxAgents: 50, dollarsPerHour: { spot: 0.1, od: 0.3 } },
  medium: { maxAgents: 50, dollarsPerHour: { spot: 0.2, od: 0.6 } },
  large: { maxAgents: 50, dollarsPerHour: { spot: 0.4, od: 1.2 } },
});
const SHAPE = Array.from({ length: 2 }, () => ({ blocks: [{ publicTxs: 1, privateTxs: 2 }], l1ToL2Messages: 0 }));
const WINDOW_SECONDS = 2304;
const STEP_SECONDS = 60;

/** The scaler with a real ledger and services on the emulator, run once a minute by a clock that the test moves. */
describe('the fleet, scaled over epochs', () => {
  let harness: AwsHarness;
  let engine: Engine;
  let cluster: EcsCluster;
  let fleet: AgentFleet;
  /** The most Spot agents that can run. */
  let spotLeft: number;
  let growing: GrowingEpochs;
  let spotEvents: SpotEvents;
  let scale: () => Promise<unknown>;

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    harness = await openAwsHarness(['table']);
    const { connection, names } = harness;
    const prefix = names.ledgerTable.replace('-ledger', '');
    engine = await openEngine({ engine: 'aws', prefix, connection, leaseSeconds: 30 });
    cluster = await openEcsCluster(connection, names);
    for (const pool of Pool.options.slice(0, 3)) {
      await cluster.addService(pool, 'spot');
      await cluster.addService(pool, 'od');
    }
    spotLeft = Infinity;
    const ecs = new EcsAgentFleet(cluster.ecs, names);
    fleet = {
      describe: async () =>
        (await ecs.describe()).map((group) =>
          group.capacity === 'spot' ? { ...group, running: Math.min(group.running, spotLeft) } : group,
        ),
      setDesired: (pool, capacity, desired) => ecs.setDesired(pool, capacity, desired),
    };
    growing = engine.growingEpochs!;
    spotEvents = engine.spotEvents!;
    const deps = {
      engine,
      fleet,
      pools: POOLS,
      budget: { mayCross: false },
      policy: DEFAULT_SCALING_POLICY,
      proven: new ProvenJobs(engine.jobs),
      earlier: new EarlierEpochs(engine.jobs),
      growing,
      spotEvents,
      note: engine.notes.of('scale-fleet', ScalerNote),
      metrics: { record: () => undefined },
      nowMs: Date.now,
      log: createLogger('test', { logLevel: 'silent' }),
    };
    scale = () => scaleFleet(deps);
  });
  afterEach(async () => {
    vi.useRealTimers();
    cluster.close();
    await engine.close();
    await harness.close();
  });

  async function desired(capacity?: 'spot' | 'od'): Promise<number> {
    const groups = await fleet.describe();
    return groups
      .filter((group) => capacity === undefined || group.capacity === capacity)
      .reduce((sum, group) => sum + group.desired, 0);
  }

  /** Moves the clock until the epoch is proven, and returns how many seconds that took. */
  async function prove(epoch: ScaledEpoch, during: (seconds: number) => boolean | Promise<boolean>): Promise<number> {
    const startMs = Date.now();
    for (let seconds = 0; seconds < WINDOW_SECONDS; seconds += STEP_SECONDS) {
      vi.setSystemTime(startMs + seconds * 1000);
      if (await during(seconds)) await scale();
      const groups = await fleet.describe();
      for (const pool of Pool.options) {
        const running = groups.filter((group) => group.pool === pool);
        expect(running.reduce((sum, group) => sum + group.desired, 0)).toBeGreaterThanOrEqual(epoch.busy(pool));
      }
      await epoch.step(Date.now(), groups);
      if (epoch.isProven) return seconds;
    }
    return Infinity;
  }

  it('scales up for an epoch, proves it in time, scales down to zero, and does so again', async () => {
    for (const number of [7, 8]) {
      expect(await desired()).toBe(0);
      const epoch = new ScaledEpoch(engine, SHAPE, number);
      await epoch.open(Date.now(), WINDOW_SECONDS);
      const seconds = await prove(epoch, () => true);
      expect(seconds).toBeLessThan(WINDOW_SECONDS - DEFAULT_SCALING_POLICY.submissionSeconds);
      expect(epoch.mostBusy).toBeGreaterThan(1);
      vi.setSystemTime(Date.now() + 60_000);
      await scale();
      expect(await desired()).toBe(0);
    }
    const [last, before] = await engine.decisions.latest('fleet', 2);
    expect(last?.reason).toBe('no epoch is open');
    expect(before?.epochs).toHaveLength(1);
  });

  it('has agents up when a growing epoch ends, and stops them when no node opens it', async () => {
    const id = epochId(7);
    const endsAtMs = Date.now() + 600_000;
    const report = { id, networkVersion: '4.1.2', endsAtMs, deadlineAtMs: endsAtMs + WINDOW_SECONDS * 1000 };
    await growing.report({ ...report, shape: SHAPE.slice(1) });
    await growing.report({ ...report, shape: SHAPE });
    const desiredAt = async (seconds: number): Promise<number> => {
      vi.setSystemTime(endsAtMs + seconds * 1000);
      await scale();
      return await desired();
    };
    expect(await desiredAt(-600)).toBe(0);
    expect(await desiredAt(-60)).toBeGreaterThan(0);
    expect(await desiredAt(60)).toBeGreaterThan(0);
    await desiredAt(360);
    expect(await desiredAt(420)).toBe(0);

    // Once it is open, its jobs show what is left.
    await new ScaledEpoch(engine, SHAPE, 7).open(Date.now(), WINDOW_SECONDS);
    vi.setSystemTime(Date.now() + 60_000);
    await growing.report({ ...report, shape: SHAPE, endsAtMs: Date.now() });
    await scale();
    const [decision] = await engine.decisions.latest('fleet', 1);
    expect(decision?.epochs.map((each) => each.epochId)).toEqual([id]);
  });

  it('recovers when the scaler was down for five minutes', async () => {
    const epoch = new ScaledEpoch(engine, SHAPE, 7);
    await epoch.open(Date.now(), WINDOW_SECONDS);
    const seconds = await prove(epoch, (at) => at < 60 || at >= 360);
    expect(seconds).toBeLessThan(WINDOW_SECONDS - DEFAULT_SCALING_POLICY.submissionSeconds);
  });

  it('buys on demand when Spot has no capacity, and proves the epoch in time', async () => {
    const epoch = new ScaledEpoch(engine, SHAPE, 7);
    await epoch.open(Date.now(), WINDOW_SECONDS);
    let mostOnDemand = 0;
    const seconds = await prove(epoch, async (at) => {
      if (at >= 120) spotLeft = 0;
      mostOnDemand = Math.max(mostOnDemand, await desired('od'));
      return true;
    });
    expect(seconds).toBeLessThan(WINDOW_SECONDS - DEFAULT_SCALING_POLICY.submissionSeconds);
    expect(mostOnDemand).toBeGreaterThan(0);
  });

  it('buys on demand in the minute in which Spot reports that it has no capacity', async () => {
    await new ScaledEpoch(engine, SHAPE, 7).open(Date.now(), WINDOW_SECONDS);
    await scale();
    const dry = (await fleet.describe()).find(({ capacity, desired: ordered }) => capacity === 'spot' && ordered > 0);
    if (dry === undefined) throw new Error('nothing was ordered');
    expect(await desired('od')).toBe(0);
    spotLeft = 0;
    vi.setSystemTime(Date.now() + 5_000);
    await spotEvents.note({ kind: 'refusal', pool: dry.pool, subject: 'event-1', atMs: Date.now() });
    await scale();
    const [decision] = await engine.decisions.latest('fleet', 1);
    const decided = decision?.pools.find(({ pool }) => pool === dry.pool);
    expect(decided).toMatchObject({ spot: 0, od: dry.desired, spotRefusals: 1, spotInterruptions: 0 });
    expect(decided?.reason).toContain('because Spot has no capacity');
    // It has reported nothing about other pools.
    expect(decision?.pools.filter(({ pool, od }) => pool !== dry.pool && od > 0)).toEqual([]);
  });
});
