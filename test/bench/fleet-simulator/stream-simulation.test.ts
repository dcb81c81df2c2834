import { describe, expect, it } from 'vitest';

import { EPOCH_SECONDS, type EpochPlan } from './epoch-plan.ts';
import { type SimulationOptions, type SimulationResult, simulateFleet } from './fleet-simulation.ts';
import { lowerBoundDollars } from './lower-bound.ts';
import { planStream } from './plan-stream.ts';
import { perPool } from './pools.ts';
import { coppice } from './rules/coppice.ts';
import { fixedFleet } from './rules/fixed-fleet.ts';
import type { ScalingRule } from './rules/scaling-rule.ts';
import { CIRCUITS } from './simulated-circuits.ts';
import { streamTree } from './stream-tree.ts';
import { TRAFFICS, planTraffic } from './traffic.ts';
import { STILL_WEATHER } from './weather.ts';

/** INBOX_PARITY (medium) 16.9 s, BLOCK_ROOT_NO_TXS (small) 4.5 s, CHECKPOINT_ROOT_SINGLE_BLOCK (large) 73.1 s, ROOT (large) 93 s. */
const EMPTY_CHECKPOINT = { blocks: [{ publicTxs: 0, privateTxs: 0 }], l1ToL2Messages: 0 };
const BUSY_CHECKPOINT = {
  blocks: [
    { publicTxs: 2, privateTxs: 1 },
    { publicTxs: 0, privateTxs: 1 },
  ],
  l1ToL2Messages: 3,
};
/** From the epoch's end: gathering, a hop between the two proofs, half a second of handling for each. */
const UNDISTURBED = 30 + 73.1 + 1 + 93 + 2 * 0.5;

function jobsOf(circuits: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    Map.groupBy(circuits, (circuit) => circuit)
      .entries()
      .map(([name, all]) => [name, all.length]),
  );
}

/** An epoch of one empty checkpoint. */
function simulate(
  rule: ScalingRule,
  trouble: (plan: EpochPlan) => Partial<EpochPlan> = () => ({}),
  options: Partial<SimulationOptions> = {},
): SimulationResult {
  const plan = planStream(0, [EMPTY_CHECKPOINT]);
  const plans = [{ ...plan, ...trouble(plan) }];
  return simulateFleet({ seed: 1, plans, weather: STILL_WEATHER, rule, order: 'two lanes', ...options });
}

function only(plan: EpochPlan, circuit: string): Uint8Array {
  return Uint8Array.from(plan.circuits, (index) => (CIRCUITS[index] === circuit ? 1 : 0));
}

describe('a simulated epoch of 6.0', () => {
  it('has the jobs that a node of 6.0 asks for', () => {
    expect(jobsOf(streamTree([EMPTY_CHECKPOINT]).map(({ circuit }) => circuit))).toEqual({
      INBOX_PARITY: 1,
      BLOCK_ROOT_NO_TXS_ROLLUP: 1,
      CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP: 1,
      CHECKPOINT_PADDING_ROLLUP: 1,
      ROOT_ROLLUP: 1,
    });
    expect(jobsOf(streamTree(new Array(4).fill(BUSY_CHECKPOINT)).map(({ circuit }) => circuit))).toEqual({
      INBOX_PARITY: 4,
      PUBLIC_CHONK_VERIFIER: 8,
      PUBLIC_VM: 8,
      PUBLIC_TX_BASE_ROLLUP: 8,
      PRIVATE_TX_BASE_ROLLUP: 8,
      TX_MERGE_ROLLUP: 4,
      BLOCK_ROOT_ROLLUP: 4,
      BLOCK_ROOT_SINGLE_TX_ROLLUP: 4,
      CHECKPOINT_ROOT_ROLLUP: 4,
      CHECKPOINT_MERGE_ROLLUP: 2,
      ROOT_ROLLUP: 1,
    });
  });

  it('asks for a checkpoint soon after its slot, and for what is above when the epoch is over', () => {
    const { circuits, askableAtSeconds } = planStream(2, [BUSY_CHECKPOINT, EMPTY_CHECKPOINT]);
    const atOf = (circuit: string): readonly number[] =>
      [...circuits.keys()].filter((job) => CIRCUITS[circuits[job]!] === circuit).map((job) => askableAtSeconds[job]!);

    expect(atOf('INBOX_PARITY')).toEqual([72, 144].map((slot) => 2 * EPOCH_SECONDS + slot + 24));
    expect(atOf('CHECKPOINT_ROOT_ROLLUP')).toEqual([3 * EPOCH_SECONDS + 30]);
  });

  it('takes as long from its end as its top tree', () => {
    const { epochs } = simulate(
      fixedFleet(
        'od',
        perPool(() => 1),
      ),
    );
    expect(epochs[0]?.secondsToRoot).toBeCloseTo(UNDISTURBED, 6);
  });

  it('moves a job that runs out of memory to the next larger pool', () => {
    const parityNeedsMore = (plan: EpochPlan): Partial<EpochPlan> => ({ needsMore: only(plan, 'INBOX_PARITY') });
    const withLarge = simulate(
      fixedFleet(
        'od',
        perPool(() => 1),
      ),
      parityNeedsMore,
    );
    const inTime = simulate(fixedFleet('od', { small: 1, medium: 1, large: 0 }), parityNeedsMore);

    expect(withLarge.epochs[0]?.secondsToRoot).toBeCloseTo(UNDISTURBED, 6);
    expect(inTime.epochs[0]?.secondsToRoot).toBeUndefined();
    // 0.6 of its time in the medium pool, then all of it in the large one.
    const proving = 0.6 * 16.9 + 16.9 + 4.5 + 73.1 + 0.1 + 93 + 6 * 0.5;
    expect(withLarge.idleShare).toBeCloseTo(1 - proving / (3 * (600 + 2 * EPOCH_SECONDS)), 9);
  });

  it('ends sooner with a second copy of a job on a slow machine', () => {
    const slowRoot = (plan: EpochPlan): Partial<EpochPlan> => ({
      firstFactor: Float32Array.from(only(plan, 'ROOT_ROLLUP'), (isRoot) => (isRoot === 1 ? 10 : 1)),
    });
    const fleet = { small: 1, medium: 1, large: 2 };
    const copying: ScalingRule = {
      ...fixedFleet('od', fleet),
      everySeconds: 30,
      copies: ({ epochs, nowSeconds }) =>
        epochs.flatMap(({ provingJobs }) =>
          [...provingJobs].filter(
            (job) =>
              nowSeconds - job.startedAtSeconds > 120 && job.agents.size === 1 && job.copyAskedAtSeconds === undefined,
          ),
        ),
    };
    const alone = simulate(fixedFleet('od', fleet), slowRoot).epochs[0]?.secondsToRoot;
    const copied = simulate(copying, slowRoot);

    expect(alone).toBeCloseTo(UNDISTURBED + 9 * 93, 6);
    expect(copied.epochs[0]?.secondsToRoot).toBeGreaterThan(UNDISTURBED + 120);
    expect(copied.epochs[0]?.secondsToRoot).toBeLessThan(UNDISTURBED + 120 + 31 + 1);
    expect(copied.killedProofs).toBe(0);
  });

  it('survives machines that fail every job: their agents end, and others come', () => {
    const results = [1, 2, 3, 4, 5, 6].map((seed) =>
      simulate(
        fixedFleet(
          'od',
          perPool(() => 1),
        ),
        undefined,
        {
          seed,
          weather: { ...STILL_WEATHER, brokenShare: 0.5 },
        },
      ),
    );

    expect(results.every(({ epochs }) => epochs[0]?.secondsToRoot !== undefined)).toBe(true);
    expect(results.some(({ epochs }) => epochs[0]!.secondsToRoot! > UNDISTURBED + 60)).toBe(true);
  });

  it('is proven in time by the decisions of the scaler, for at most twice what it cannot cost less than', () => {
    for (const name of ['empty', 'bursty']) {
      const traffic = TRAFFICS.find((each) => each.name === name)!;
      const { plans, weather } = planTraffic(traffic, 4, 5, '6.0.0');
      const rule = coppice('6.0.0');
      const { epochs, dollarsByEpoch, killedProofs } = simulateFleet({
        seed: 5,
        plans,
        weather,
        rule,
        order: 'two lanes',
      });
      const dollars = dollarsByEpoch.reduce((sum, each) => sum + each, 0);

      expect(epochs.every(({ secondsToRoot }) => secondsToRoot !== undefined)).toBe(true);
      expect(killedProofs).toBe(0);
      expect(dollars).toBeGreaterThan(lowerBoundDollars(plans, weather));
      expect(dollars).toBeLessThan(2 * lowerBoundDollars(plans, weather));
    }
  });
});
