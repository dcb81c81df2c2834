import { simulateFleet } from '../fleet-simulator/fleet-simulation.ts';
import { coppice } from '../fleet-simulator/rules/coppice.ts';
import { fixedFleet } from '../fleet-simulator/rules/fixed-fleet.ts';
import type { ScalingRule } from '../fleet-simulator/rules/scaling-rule.ts';
import { planTraffic, type Traffic } from '../fleet-simulator/traffic.ts';
import type { PredictedRoot } from './eta-error.ts';
import { type MadePrediction, watching } from './watching-rule.ts';

export interface SimulatedFleet {
  readonly name: string;
  readonly rule: () => ScalingRule;
}

export const SIMULATED_FLEETS: readonly SimulatedFleet[] = [
  { name: 'scaled to the deadline', rule: coppice },
  {
    name: '24 small, 24 medium and 64 large agents',
    rule: () => fixedFleet('od', { small: 24, medium: 24, large: 64 }),
  },
];

const FEWEST_EPOCHS = 8;
/** Between two moments at which a prediction may be due. */
const WATCHED_EVERY_SECONDS = 20;

/** Predictions at each stage of simulated epochs. Of epochs that were not proven in time there is nothing to compare. */
export function predictSimulated(
  traffic: Traffic,
  { rule }: SimulatedFleet,
  epochs: number,
  seed: number,
): readonly PredictedRoot[] {
  const count = Math.max(FEWEST_EPOCHS, Math.round(epochs * traffic.epochsShare));
  const { plans, weather } = planTraffic(traffic, count, seed);
  const made: MadePrediction[] = [];
  const watched = watching(rule(), WATCHED_EVERY_SECONDS, (one) => made.push(one));
  const result = simulateFleet({ seed, plans, weather, order: 'two lanes', rule: watched });
  const rootAt = new Map(
    result.epochs.map(({ epoch, secondsToRoot = NaN }) => [epoch, plans[epoch]!.endsAtSeconds + secondsToRoot]),
  );
  return made.flatMap((one) => {
    const actual = (rootAt.get(one.epoch) ?? NaN) - one.atSeconds;
    return actual > 0 ? [{ ...one, actual }] : [];
  });
}
