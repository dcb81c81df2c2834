import type { SimulationResult } from './fleet-simulation.ts';

/** The result of a run. */
export interface Score {
  /** Epochs that were not proven in time. */
  readonly missed: readonly number[];
  readonly inTimeShare: number;
  readonly meanDollars: number;
  readonly p50Dollars: number;
  readonly p95Dollars: number;
  readonly killedProofs: number;
  readonly idleShare: number;
  /** From the end of an epoch to its proven root; infinite where that many epochs were not proven in time. */
  readonly p50SecondsToRoot: number;
  readonly p95SecondsToRoot: number;
}

export function scoreOf({ epochs, dollarsByEpoch, killedProofs, idleShare }: SimulationResult): Score {
  const missed = epochs.filter(({ secondsToRoot }) => secondsToRoot === undefined).map(({ epoch }) => epoch);
  const secondsToRoot = epochs.map((epoch) => epoch.secondsToRoot ?? Infinity);
  return {
    missed,
    inTimeShare: 1 - missed.length / epochs.length,
    meanDollars: dollarsByEpoch.reduce((sum, dollars) => sum + dollars, 0) / dollarsByEpoch.length,
    p50Dollars: quantileOf(dollarsByEpoch, 0.5),
    p95Dollars: quantileOf(dollarsByEpoch, 0.95),
    killedProofs,
    idleShare,
    p50SecondsToRoot: quantileOf(secondsToRoot, 0.5),
    p95SecondsToRoot: quantileOf(secondsToRoot, 0.95),
  };
}

/** The smallest value that this share of the values does not exceed. */
function quantileOf(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}
