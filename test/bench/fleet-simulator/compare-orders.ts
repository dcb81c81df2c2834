import type { Conditions } from './compare-rules.ts';
import { simulateFleet } from './fleet-simulation.ts';
import { agentsForPeak } from './lower-bound.ts';
import { coppice } from './rules/coppice.ts';
import { fixedFleet } from './rules/fixed-fleet.ts';
import type { ScalingRule } from './rules/scaling-rule.ts';
import { type Score, scoreOf } from './score.ts';

/** The fixed fleet has a third of the time to spare in the largest epoch. */
const SPARE_SHARE = 1 / 3;

export interface ComparedOrders {
  readonly fleet: string;
  readonly lanes: Score;
  readonly perfect: Score;
}

/** The same fleets with two lanes for each pool, and with a queue that always hands out the best job. */
export function compareOrders({ seed, plans, weather }: Conditions): readonly ComparedOrders[] {
  const agents = agentsForPeak(plans, SPARE_SHARE);
  const fleets: readonly (() => ScalingRule)[] = [() => fixedFleet('od', agents), coppice];
  return fleets.map((rule) => {
    const scoreWith = (order: 'two lanes' | 'perfect priority'): Score =>
      scoreOf(simulateFleet({ seed, plans, weather, rule: rule(), order }));
    return { fleet: rule().name, lanes: scoreWith('two lanes'), perfect: scoreWith('perfect priority') };
  });
}
