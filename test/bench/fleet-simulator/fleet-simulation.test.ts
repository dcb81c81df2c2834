import { describe, expect, it } from 'vitest';

import { fargateDollarsPerHour } from '../../../shared/cost/agent-prices.ts';
import { EPOCH_SECONDS, planEpoch } from './epoch-plan.ts';
import { type SimulationOptions, type SimulationResult, simulateFleet } from './fleet-simulation.ts';
import { lowerBoundDollars } from './lower-bound.ts';
import { POOLS, type PerPool, perPool } from './pools.ts';
import { boughtAs } from './rules/bought-as.ts';
import { coppice } from './rules/coppice.ts';
import { fixedFleet } from './rules/fixed-fleet.ts';
import type { ScalingRule } from './rules/scaling-rule.ts';
import { TRAFFICS, planTraffic } from './traffic.ts';
import { STILL_WEATHER } from './weather.ts';

/**
 * One empty checkpoint: PARITY_BASE (medium) 16.9 s, PARITY_ROOT (medium) 18.6 s, BLOCK_ROOT_EMPTY_TX_FIRST (small) 4.5 s,
 * CHECKPOINT_ROOT_SINGLE_BLOCK (large) 73.1 s, ROOT (large) 93 s, one after the other; CHECKPOINT_PADDING (small) 0.1 s.
 */
const EMPTY_CHECKPOINT = [{ blocks: [{ publicTxs: 0, privateTxs: 0 }], l1ToL2Messages: 0 }];
/** 30 s until the node has gathered, half a second until it has executed the block. */
const FIRST_ASKED = 30.5;
const CHAIN = 16.9 + 18.6 + 4.5 + 73.1 + 93;
/** Half a second with each job beside its proof, a second from each to the next. */
const HANDLING = 0.5;
const HOP = 1;
const ONE_OF_EACH = perPool(() => 1);

function simulateEmptyCheckpoint(rule: ScalingRule, options: Partial<SimulationOptions> = {}): SimulationResult {
  const plans = [planEpoch(0, EMPTY_CHECKPOINT)];
  return simulateFleet({ seed: 1, plans, weather: STILL_WEATHER, rule, order: 'two lanes', ...options });
}

/** A rule that follows a plan: agents of each pool by the time since the epoch's end. */
function plannedRule(protectsProving: boolean, agentsAt: (seconds: number) => PerPool<number>): ScalingRule {
  return {
    name: 'planned',
    everySeconds: 10,
    hearsOfEvents: false,
    protectsProving,
    decide: ({ nowSeconds }) => boughtAs('spot', (pool) => agentsAt(nowSeconds - EPOCH_SECONDS)[pool]),
  };
}

describe('a simulated fleet', () => {
  it('takes as long as the chain when an agent of each pool is up', () => {
    const { epochs } = simulateEmptyCheckpoint(fixedFleet('od', ONE_OF_EACH));

    expect(epochs).toHaveLength(1);
    expect(epochs[0]?.secondsToRoot).toBeCloseTo(FIRST_ASKED + CHAIN + 5 * HANDLING + 4 * HOP, 6);
  });

  it('pays for each agent from its placement to its end, with or without a job', () => {
    const { dollarsByEpoch, idleShare } = simulateEmptyCheckpoint(fixedFleet('od', ONE_OF_EACH));

    // Up from 600 s before the epoch's end to its deadline.
    const seconds = 600 + EPOCH_SECONDS;
    const dollarsPerHour = POOLS.reduce((sum, pool) => sum + fargateDollarsPerHour(pool, 'od'), 0);
    expect(dollarsByEpoch[0]).toBeCloseTo((seconds * dollarsPerHour) / 3600, 9);
    expect(idleShare).toBeCloseTo(1 - (CHAIN + 0.1 + 6 * HANDLING) / (3 * seconds), 9);
  });

  it('pays for a minute when an agent was up for less', () => {
    const rule = plannedRule(true, (seconds) => perPool((pool) => (pool === 'small' && seconds < -570 ? 1 : 0)));
    const { dollarsByEpoch, epochs } = simulateEmptyCheckpoint(rule);

    expect(dollarsByEpoch[0]).toBeCloseTo(fargateDollarsPerHour('small', 'spot') / 60, 9);
    expect(epochs[0]?.secondsToRoot).toBeUndefined();
  });

  it('loses the proof that scale-in kills, and the time until that is noticed', () => {
    // The checkpoint root begins at 75 s: its agent goes at 100 s, another is ordered at 200 s and up at 260 s.
    const { killedProofs, epochs } = simulateEmptyCheckpoint(plannedRule(false, withoutLargeFrom100To200));

    expect(killedProofs).toBe(1);
    expect(epochs[0]?.secondsToRoot).toBeCloseTo(260 + 73.1 + HANDLING + HOP + 93 + HANDLING, 6);
  });

  it('lets a protected agent finish its proof before it stops', () => {
    const { killedProofs, epochs } = simulateEmptyCheckpoint(plannedRule(true, withoutLargeFrom100To200));

    expect(killedProofs).toBe(0);
    expect(epochs[0]?.secondsToRoot).toBeCloseTo(260 + 93 + HANDLING, 6);
  });

  it('places no Spot agent in a drought, and tries again every minute', () => {
    const droughts = [{ beginsAtSeconds: 0, endsAtSeconds: EPOCH_SECONDS + 100 }];
    const { epochs } = simulateEmptyCheckpoint(fixedFleet('spot', ONE_OF_EACH), {
      weather: { ...STILL_WEATHER, droughts },
    });

    // Tried at −600 s, −540 s and so on; placed at 120 s, up at 180 s.
    expect(epochs[0]?.secondsToRoot).toBeCloseTo(180 + CHAIN + 5 * HANDLING + 4 * HOP, 6);
  });

  it('gives the job of a lost agent to another when the lease has expired', () => {
    const secondsToRoot = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => {
      const weather = { ...STILL_WEATHER, agentLifeSeconds: 1500 };
      return simulateEmptyCheckpoint(fixedFleet('od', ONE_OF_EACH), { seed, weather }).epochs[0]?.secondsToRoot;
    });

    // One that is lost while it proves costs the 120 s of its lease, by when ECS has another up; one that idles, no more than its start.
    const undisturbed = FIRST_ASKED + CHAIN + 5 * HANDLING + 4 * HOP;
    expect(secondsToRoot.every((seconds) => seconds !== undefined && seconds > undisturbed - 1e-6)).toBe(true);
    expect(secondsToRoot.some((seconds) => seconds! > undisturbed + 120)).toBe(true);
  });

  it('proves two jobs of a pool one after the other when it has one agent', () => {
    const shape = [0, 1].map(() => EMPTY_CHECKPOINT[0]!);
    const plans = [planEpoch(0, shape)];
    const rule = fixedFleet('od', ONE_OF_EACH);
    const { epochs } = simulateFleet({ seed: 1, plans, weather: STILL_WEATHER, rule, order: 'two lanes' });

    // The checkpoint roots share the large agent: the second begins when the first has ended.
    expect(epochs[0]?.secondsToRoot).toBeCloseTo(FIRST_ASKED + CHAIN + 73.1 + 6 * HANDLING + 4 * HOP, 6);
  });

  it('gives the same result for the same seed, and another for another', () => {
    const resultOf = (seed: number): SimulationResult => {
      const drought = TRAFFICS.find(({ name }) => name === 'drought')!;
      const { plans, weather } = planTraffic(drought, 3, seed);
      return simulateFleet({ seed, plans, weather, rule: coppice(), order: 'two lanes' });
    };

    expect(resultOf(7)).toEqual(resultOf(7));
    expect(resultOf(8)).not.toEqual(resultOf(7));
  });
});

describe('the lower bound', () => {
  it('is the work and a start for each pool of one small epoch, at Spot prices', () => {
    const seconds = { small: 4.5 + 0.1, medium: 16.9 + 18.6, large: 73.1 + 93 };
    const handling = 2 * HANDLING;
    const dollars = POOLS.map((pool) => ((seconds[pool] + handling + 60) * fargateDollarsPerHour(pool, 'spot')) / 3600);

    expect(lowerBoundDollars([planEpoch(0, EMPTY_CHECKPOINT)], STILL_WEATHER)).toBeCloseTo(
      dollars.reduce((sum, each) => sum + each, 0),
      9,
    );
  });

  it('needs enough agents for the work of a pool between its first start and its last end', () => {
    // 64 checkpoint roots' work does not fit one agent's time; two are enough for 32.
    const plans = [planEpoch(0, new Array(32).fill(EMPTY_CHECKPOINT[0]))];
    const large = 32 * 73.1 + 93 + 33 * HANDLING;
    const small = 32 * 4.5 + 30 * 10.2 + 62 * HANDLING;
    const seconds = { small: small + 60, medium: 16.9 + 18.6 + 2 * HANDLING + 60, large: large + 2 * 60 };
    const dollars = POOLS.map((pool) => (seconds[pool] * fargateDollarsPerHour(pool, 'spot')) / 3600);

    expect(lowerBoundDollars(plans, STILL_WEATHER)).toBeCloseTo(
      dollars.reduce((sum, each) => sum + each, 0),
      9,
    );
  });

  it('is below the price of any fleet that proves every epoch', () => {
    for (const traffic of TRAFFICS.filter(({ name }) => ['empty', 'bursty', 'overlap'].includes(name))) {
      const { plans, weather } = planTraffic(traffic, 4, 3);
      const { epochs, dollarsByEpoch } = simulateFleet({
        seed: 3,
        plans,
        weather,
        rule: coppice(),
        order: 'two lanes',
      });

      expect(epochs.every(({ secondsToRoot }) => secondsToRoot !== undefined)).toBe(true);
      expect(dollarsByEpoch.reduce((sum, dollars) => sum + dollars, 0)).toBeGreaterThan(
        lowerBoundDollars(plans, weather),
      );
    }
  });
});

function withoutLargeFrom100To200(seconds: number): PerPool<number> {
  return perPool((pool) => (pool === 'large' && seconds >= 100 && seconds < 200 ? 0 : 1));
}
