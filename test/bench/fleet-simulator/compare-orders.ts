import type { Conditions } from './compare-rules.ts';
import { type OrderName, simulateFleet } from './fleet-simulation.ts';
import { agentsForPeak } from './lower-bound.ts';
import { coppice } from './rules/coppice.ts';
import { fixedFleet } from './rules/fixed-fleet.ts';
import type { ScalingRule } from './rules/scaling-rule.ts';
import { type Score, scoreOf } from './score.ts';

/** The fixed fleet has a third of the time to spare in the largest epoch. */
const SPARE_SHARE = 1 / 3;

export const ORDERS = ['perfect priority', 'two lanes', 'public bases last'] as const satisfies readonly OrderName[];

export interface ComparedOrder {
  readonly fleet: string;
  readonly order: OrderName;
  readonly score: Score;
  readonly perfect: Score;
}

/** The same fleets with a queue that always hands out the best job, and with what SQS can do; perfect priority first. */
export function compareOrders({ seed, plans, weather }: Conditions, onDone: (order: ComparedOrder) => void): void {
  const agents = agentsForPeak(plans, SPARE_SHARE);
  const fleets: readonly (() => ScalingRule)[] = [() => fixedFleet('od', agents), coppice];
  for (const fleet of fleets) {
    let perfect: Score | undefined;
    for (const order of ORDERS) {
      const rule = fleet();
      const score = scoreOf(simulateFleet({ seed, plans, weather, rule, order }));
      perfect ??= score;
      onDone({ fleet: rule.name, order, score, perfect });
    }
  }
}
