import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decideFleet } from '../../../../functions/scale-fleet/decide/decide-fleet.ts';
import {
  type CapacityState,
  DEFAULT_SCALING_POLICY,
  type EpochLoad,
  type FleetDecision,
  type FleetState,
  type PoolState,
  type WantedCopy,
} from '../../../../functions/scale-fleet/decide/fleet-state.ts';
import type { PoolLoad } from '../../../../shared/merge-tree/progress/work-left.ts';
import type { Pool } from '../../../../shared/proving-job/circuit-family.ts';
import { NOW_MS, START_UP_SECONDS } from './a-fleet-state.ts';
import { aRunningJob } from '../a-running-job.ts';
import { namesOfEpoch } from '../../../fixtures/epoch-id.ts';

const POOLS = ['small', 'medium', 'large'] as const satisfies readonly Pool[];
type ScaledPool = (typeof POOLS)[number];

const count = (max: number): fc.Arbitrary<number> => fc.oneof(fc.constant(0), fc.integer({ min: 0, max }));

const capacities = fc
  .record({ running: count(200), starting: count(50), busyShare: fc.double({ min: 0, max: 1, noNaN: true }) })
  .chain(({ running, starting, busyShare }) =>
    fc.record({
      desired: fc.constant(running + starting),
      running: fc.constant(running),
      busy: fc.oneof(fc.constant(Math.floor(running * busyShare)), fc.constant(undefined)),
      dollarsPerHour: fc.double({ min: 0.01, max: 5, noNaN: true }),
    }),
  );

const poolStates: fc.Arbitrary<PoolState> = fc.record({
  limits: fc.record({
    floor: count(3),
    ceiling: fc.integer({ min: 3, max: 400 }),
    slotsPerAgent: fc.constantFrom(1, 1, 2, 4),
  }),
  startUpSeconds: fc.integer({ min: 30, max: 180 }),
  spotInterruptions: count(20),
  spotRefusals: count(2),
  capacity: fc.record({ spot: capacities, od: capacities }),
});

const poolLoads: fc.Arbitrary<PoolLoad> = fc
  .record({
    runningJobs: count(100),
    waitingJobs: count(3000),
    notAskedJobs: count(3000),
    jobSeconds: fc.integer({ min: 1, max: 300 }),
    soonJobs: count(50),
    lowerShare: fc.double({ min: 0, max: 1, noNaN: true }),
    aboveSeconds: count(600),
  })
  .map(({ runningJobs, waitingJobs, notAskedJobs, jobSeconds, soonJobs, lowerShare, aboveSeconds }) => ({
    workSeconds: (runningJobs / 2 + waitingJobs + notAskedJobs) * jobSeconds,
    bands: [
      { share: 1 - lowerShare, aboveSeconds },
      { share: lowerShare, aboveSeconds: aboveSeconds + 200 },
    ].map(({ share, ...band }) => ({
      ...band,
      workSeconds: share * (runningJobs / 2 + waitingJobs + notAskedJobs) * jobSeconds,
    })),
    waitingSeconds: waitingJobs * jobSeconds,
    runningJobs,
    waitingJobs,
    usableSlots: (runningJobs / 2 + waitingJobs + soonJobs) * Math.min(1, jobSeconds / START_UP_SECONDS),
    longestSeconds: jobSeconds * 1.3,
  }));

/** The load of an epoch that streams: some of its work is forecast. */
const streamedLoads: fc.Arbitrary<PoolLoad> = fc
  .record({ load: poolLoads, burstShare: fc.double({ min: 0, max: 1, noNaN: true }), endsIn: count(3600) })
  .map(({ load, burstShare, endsIn }) => {
    const known = load.waitingSeconds + load.runningJobs * load.longestSeconds;
    const burstSeconds = burstShare * Math.max(0, load.workSeconds - known);
    const arrivingSeconds = Math.max(0, load.workSeconds - known) - burstSeconds;
    return {
      ...load,
      urgentWaitingSeconds: burstShare * load.waitingSeconds,
      bands: load.bands.map((band, index) => (index === 0 ? { ...band, fromSeconds: endsIn } : band)),
      forecast: { burstSeconds, arrivingSeconds },
    };
  });

const streams: fc.Arbitrary<EpochLoad['stream']> = fc.integer({ min: -3600, max: 3600 }).map((endsInSeconds) => ({
  endsAtMs: NOW_MS + endsInSeconds * 1000,
  elapsedShare: 0.5,
  knownSeconds: 0,
  forecastSeconds: 0,
  earlierEpochs: 0,
  orphans: 0,
}));

const wholeLoads: fc.Arbitrary<EpochLoad> = fc
  .record({
    names: fc.nat(1000).map((number) => namesOfEpoch(number)),
    deadlineAtMs: fc.integer({ min: -600, max: 7200 }).map((seconds) => NOW_MS + seconds * 1000),
    startsAtMs: fc.integer({ min: -7200, max: 600 }).map((seconds) => NOW_MS + seconds * 1000),
    pathSeconds: fc.integer({ min: 0, max: 900 }),
    pools: fc.record({ small: poolLoads, medium: poolLoads, large: poolLoads }, { requiredKeys: [] }),
  })
  .map(({ names, ...load }) => ({ ...names, ...load }));

const epochLoads: fc.Arbitrary<EpochLoad> = fc.oneof(
  wholeLoads,
  fc
    .record({
      load: wholeLoads,
      stream: streams,
      pools: fc.record({ small: streamedLoads, medium: streamedLoads, large: streamedLoads }, { requiredKeys: [] }),
    })
    .map(({ load, stream, pools }) => ({ ...load, pools, ...(stream !== undefined && { stream }) })),
);

const memories: fc.Arbitrary<FleetState['memory']> = fc.option(
  fc.record({
    atMs: fc.integer({ min: -7200, max: 7200 }).map((seconds) => NOW_MS + seconds * 1000),
    pools: fc.record(
      {
        large: fc.record(
          {
            spotShortSinceMs: fc.integer({ min: -1e6, max: 1e6 }).map((ms) => NOW_MS + ms),
            spotDryUntilMs: fc.integer({ min: -1e6, max: 1e7 }).map((ms) => NOW_MS + ms),
          },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: [] },
    ),
  }),
  { nil: undefined },
);

const copies = fc.array(
  fc.constantFrom(...POOLS).map((pool): WantedCopy => {
    const { record } = aRunningJob();
    return { record: { ...record, pool }, step: 'ask', reason: 'it is slow' };
  }),
  { maxLength: 3 },
);

const states: fc.Arbitrary<FleetState> = fc.record({
  nowMs: fc.constant(NOW_MS),
  epochs: fc.option(fc.array(epochLoads, { maxLength: 3 }), { nil: undefined, freq: 10 }),
  pools: fc.record({ small: poolStates, medium: poolStates, large: poolStates }),
  copies,
  budget: fc.record(
    { dollarsPerHour: fc.double({ min: 0, max: 500, noNaN: true }), mayCross: fc.boolean() },
    { requiredKeys: ['mayCross'] },
  ),
  policy: fc.constant(DEFAULT_SCALING_POLICY),
  memory: memories,
});

/** One epoch, no budget and no memory, so that only the plan decides. */
const plainStates = states.map((state) => ({
  ...state,
  epochs: state.epochs?.slice(0, 1) ?? [],
  budget: { mayCross: false },
  memory: undefined,
}));

function total(decision: FleetDecision, pool: ScaledPool): number {
  const { spot, od } = decision.pools[pool] ?? { spot: NaN, od: NaN };
  return spot + od;
}

function busyAgents({ busy, running }: CapacityState): number {
  return Math.min(busy ?? 0, running);
}

describe('decideFleet, for any state', () => {
  it('returns whole agents for every pool, and the same for the same state', () => {
    fc.assert(
      fc.property(states, (state) => {
        const decision = decideFleet(state);
        expect(decideFleet(structuredClone(state))).toEqual(decision);
        for (const pool of POOLS) {
          const decided = decision.pools[pool];
          expect(Number.isSafeInteger(decided?.spot) && Number.isSafeInteger(decided?.od)).toBe(true);
          expect(Math.min(decided?.spot ?? -1, decided?.od ?? -1)).toBeGreaterThanOrEqual(0);
          expect(decided?.reason).not.toBe('');
        }
        expect(decision.dollarsPerHour).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('never goes below the agents that are proving', () => {
    fc.assert(
      fc.property(states, (state) => {
        const decision = decideFleet(state);
        for (const pool of POOLS) {
          const { spot, od } = state.pools[pool]?.capacity as PoolState['capacity'];
          expect(decision.pools[pool]?.spot).toBeGreaterThanOrEqual(busyAgents(spot));
          expect(decision.pools[pool]?.od).toBeGreaterThanOrEqual(busyAgents(od));
        }
      }),
    );
  });

  it('never goes above the ceiling, unless more agents are already proving', () => {
    fc.assert(
      fc.property(states, (state) => {
        const decision = decideFleet(state);
        for (const pool of POOLS) {
          const { limits, capacity } = state.pools[pool] as PoolState;
          const mayProve = (capacity.spot.busy ?? capacity.spot.running) + (capacity.od.busy ?? capacity.od.running);
          const jobs = (state.epochs ?? []).reduce((sum, epoch) => sum + (epoch.pools[pool]?.runningJobs ?? 0), 0);
          const up = capacity.spot.running + capacity.od.running;
          const busy = Math.max(mayProve, Math.min(up, jobs));
          expect(total(decision, pool)).toBeLessThanOrEqual(Math.max(limits.ceiling, busy));
        }
      }),
    );
  });

  it('orders no fewer when there is more to do', () => {
    fc.assert(
      fc.property(plainStates, fc.constantFrom(...POOLS), fc.integer({ min: 1, max: 500 }), (state, pool, more) => {
        const [epoch] = state.epochs;
        const load = epoch?.pools[pool];
        if (epoch === undefined || load === undefined) return;
        const seconds = load.longestSeconds / 1.3;
        const grown: PoolLoad = {
          ...load,
          workSeconds: load.workSeconds + more * seconds,
          waitingSeconds: load.waitingSeconds + more * seconds,
          waitingJobs: load.waitingJobs + more,
          usableSlots: load.usableSlots + more * Math.min(1, seconds / START_UP_SECONDS),
          bands: [...load.bands, { workSeconds: more * seconds, aboveSeconds: more }],
        };
        const grownState = { ...state, epochs: [{ ...epoch, pools: { ...epoch.pools, [pool]: grown } }] };
        expect(total(decideFleet(grownState), pool)).toBeGreaterThanOrEqual(total(decideFleet(state), pool));
      }),
      { numRuns: 500 },
    );
  });

  it('orders no fewer, in any pool, when the deadline is nearer', () => {
    fc.assert(
      fc.property(plainStates, fc.integer({ min: 1, max: 3600 }), (state, seconds) => {
        const [epoch] = state.epochs;
        const deadlineAtMs = (epoch?.deadlineAtMs ?? 0) - seconds * 1000;
        if (epoch === undefined || deadlineAtMs <= NOW_MS) return;
        const nearer = { ...state, epochs: [{ ...epoch, deadlineAtMs }] };
        for (const pool of POOLS) {
          expect(total(decideFleet(nearer), pool)).toBeGreaterThanOrEqual(total(decideFleet(state), pool));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('spends no more than the budget, except for agents that are proving', () => {
    fc.assert(
      fc.property(states, (state) => {
        const limit = state.budget.dollarsPerHour;
        if (limit === undefined || state.budget.mayCross) return;
        const busyDollars = POOLS.reduce((sum, pool) => {
          const { spot, od } = state.pools[pool]?.capacity as PoolState['capacity'];
          return sum + spot.running * spot.dollarsPerHour + od.running * od.dollarsPerHour;
        }, 0);
        expect(decideFleet(state).dollarsPerHour).toBeLessThanOrEqual(Math.max(limit, busyDollars) + 1e-6);
      }),
    );
  });

  it('stops no agents without the ledger, however wrong the clock is', () => {
    fc.assert(
      fc.property(states, (state) => {
        const blind = { ...state, epochs: undefined, budget: { mayCross: false } };
        const decision = decideFleet(blind);
        for (const pool of POOLS) {
          const { limits, capacity } = state.pools[pool] as PoolState;
          const ordered = Math.min(limits.ceiling, capacity.spot.desired + capacity.od.desired);
          expect(total(decision, pool)).toBeGreaterThanOrEqual(ordered);
        }
      }),
    );
  });

  it('does not flap: noise in the remaining work makes it neither stop what it ordered nor order again and again', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 200, max: 3000 }),
        fc.array(fc.double({ min: 0.95, max: 1.05, noNaN: true }), { minLength: 20, maxLength: 20 }),
        (jobs, noises) => {
          let ordered = 0;
          let changes = 0;
          let memory: FleetState['memory'];
          for (const [minute, noise] of noises.entries()) {
            const nowMs = NOW_MS + minute * 60_000;
            // The remaining work falls as fast as the time, so the need changes only by the noise.
            const seconds = ((1379 - minute * 60) / 1379) * jobs * 60 * noise;
            const load: PoolLoad = {
              workSeconds: seconds,
              waitingSeconds: seconds,
              runningJobs: 0,
              waitingJobs: Math.ceil(seconds / 60),
              usableSlots: seconds / START_UP_SECONDS,
              longestSeconds: 80,
              bands: [{ workSeconds: seconds, aboveSeconds: 250 }],
            };
            const decision = decideFleet({
              nowMs,
              epochs: [
                {
                  ...namesOfEpoch(7),
                  deadlineAtMs: NOW_MS + 2304_000,
                  startsAtMs: NOW_MS,
                  pathSeconds: 250,
                  pools: { large: load },
                },
              ],
              pools: {
                large: {
                  limits: { floor: 0, ceiling: 1000, slotsPerAgent: 1 },
                  startUpSeconds: START_UP_SECONDS,
                  spotInterruptions: 0,
                  spotRefusals: 0,
                  capacity: {
                    spot: { desired: ordered, running: ordered, busy: ordered, dollarsPerHour: 0.3 },
                    od: { desired: 0, running: 0, busy: 0, dollarsPerHour: 1 },
                  },
                },
              },
              budget: { mayCross: false },
              policy: DEFAULT_SCALING_POLICY,
              memory,
            });
            memory = decision.memory;
            const agents = total(decision, 'large');
            expect(agents).toBeGreaterThanOrEqual(ordered);
            if (agents !== ordered) changes += 1;
            ordered = agents;
          }
          // All orders are within the noise of the first; each new maximum of the noise is rarer.
          expect(ordered).toBeLessThanOrEqual(Math.ceil(((jobs * 60 * 1.08) / 1379) * 1.06) + 1);
          expect(changes).toBeLessThanOrEqual(10);
        },
      ),
    );
  });
});
