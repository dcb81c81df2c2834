import type { Capacity } from '../../../shared/agent-fleet/agent-fleet.ts';
import type { EpochPlan } from './epoch-plan.ts';
import { simulateFleet } from './fleet-simulation.ts';
import { boundWithDroughtsDollars, lowerBoundDollars } from './lower-bound.ts';
import { type Rival, rivalsFor } from './rivals.ts';
import { coppice } from './rules/coppice.ts';
import type { ScalingRule } from './rules/scaling-rule.ts';
import { unlimitedOnDemand } from './rules/unlimited-on-demand.ts';
import { type Score, scoreOf } from './score.ts';
import type { Weather } from './weather.ts';

/** A rival that misses more is not an alternative. */
export const MOST_MISSED_SHARE = 0.001;
/** Settings are chosen on the stretch of this many epochs that has the most work. */
const TUNING_EPOCHS = 32;

export interface Conditions {
  readonly seed: number;
  readonly plans: readonly EpochPlan[];
  readonly weather: Weather;
}

export interface ComparedRule {
  readonly name: string;
  readonly bought: string;
  /** The settings chosen for it. */
  readonly setting: string;
  readonly score: Score;
}

export interface Comparison {
  readonly coppice: Score;
  /** The cheapest that holds `MOST_MISSED_SHARE`. */
  readonly bestRival: ComparedRule | undefined;
  /** Per epoch. */
  readonly boundDollars: number;
  readonly boundWithDroughtsDollars: number;
  /** Epochs that Coppice missed and an unlimited on-demand fleet made. */
  readonly missedThoughMakeable: readonly number[];
}

/** Runs every rule under the same conditions, and reports each as it is done. */
export function compareRules(conditions: Conditions, onDone: (rule: ComparedRule) => void): Comparison {
  const { plans, weather } = conditions;
  const done = (rule: ComparedRule): ComparedRule => {
    onDone(rule);
    return rule;
  };
  const unlimited = done(run(conditions, 'on demand', '', unlimitedOnDemand()));
  const rivals = rivalsFor(plans).flatMap((rival) => {
    const onSpot = done(runTuned(conditions, rival, 'spot'));
    return isAlternative(onSpot) ? [onSpot] : [onSpot, done(runTuned(conditions, rival, 'od'))];
  });
  const ours = done(run(conditions, 'mixed', '', coppice(plans[0]!.networkVersion)));
  const makeable = new Set(unlimited.score.missed);
  return {
    coppice: ours.score,
    bestRival: rivals.filter(isAlternative).toSorted(byDollars)[0],
    boundDollars: lowerBoundDollars(plans, weather) / plans.length,
    boundWithDroughtsDollars: boundWithDroughtsDollars(plans, weather) / plans.length,
    missedThoughMakeable: ours.score.missed.filter((epoch) => !makeable.has(epoch)),
  };
}

/** With the setting that is cheapest without missing too much, or else misses least. */
function runTuned(conditions: Conditions, { settings }: Rival, capacity: Capacity): ComparedRule {
  const tuning = { ...conditions, plans: busiestStretch(conditions.plans) };
  const bought = capacity === 'spot' ? 'Spot' : 'on demand';
  const tried = settings.map((setting) => ({
    setting,
    tuned: settings.length === 1 ? undefined : run(tuning, bought, setting.label, setting.rule(capacity)),
  }));
  const [best] = tried.toSorted((left, right) => {
    if (left.tuned === undefined || right.tuned === undefined) return 0;
    if (isAlternative(left.tuned) && isAlternative(right.tuned)) return byDollars(left.tuned, right.tuned);
    return right.tuned.score.inTimeShare - left.tuned.score.inTimeShare;
  });
  return run(conditions, bought, best!.setting.label, best!.setting.rule(capacity));
}

function busiestStretch(plans: readonly EpochPlan[]): readonly EpochPlan[] {
  const jobs = plans.map(({ circuits }) => circuits.length);
  let [begin, most] = [0, 0];
  for (let from = 0; from + TUNING_EPOCHS <= plans.length; from += 1) {
    const sum = jobs.slice(from, from + TUNING_EPOCHS).reduce((total, each) => total + each, 0);
    if (sum > most) [begin, most] = [from, sum];
  }
  return plans.slice(begin, begin + TUNING_EPOCHS);
}

function run({ seed, plans, weather }: Conditions, bought: string, setting: string, rule: ScalingRule): ComparedRule {
  const result = simulateFleet({ seed, plans, weather, rule, order: 'two lanes' });
  return { name: rule.name, bought, setting, score: scoreOf(result) };
}

function isAlternative({ score }: ComparedRule): boolean {
  return 1 - score.inTimeShare <= MOST_MISSED_SHARE;
}

function byDollars(left: ComparedRule, right: ComparedRule): number {
  return left.score.meanDollars - right.score.meanDollars;
}
