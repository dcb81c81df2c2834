import type { Pool } from '../../proving-job/circuit-family.ts';
import { type CircuitName, circuitOf } from '../../proving-job/circuit-catalogue.ts';
import { expectedSecondsOf } from '../../proving-job/expected-seconds.ts';
import {
  lastSpeeds,
  meanSpeed,
  provenOldestFirst,
  secondsAtSpeeds,
  type SpeedsOfPool,
  type TimedJob,
} from './timed-jobs.ts';

/** How long a job keeps a slot, from claim to settlement, in seconds. */
export interface JobSeconds {
  readonly mean: number;
  /** One in twenty takes longer. */
  readonly p95: number;
}

/** The weight of each newer job: the last twenty make up nearly two thirds. */
const WEIGHT = 0.05;
/** Older jobs have no weight left. */
const SAMPLES_KEPT = 200;
/** How much longer than expected one job in twenty takes, until jobs have been measured. */
const EXPECTED_SPREAD = 1.3;

/**
 * How long circuits take on this fleet: an exponentially weighted estimate for each circuit, pool and network version,
 * from the ledger's proven jobs, on top of the expected times. Jobs of agents as fast as the last
 * ones count, where there are any.
 *
 * Nothing is stored: the ledger keeps the times of every job, and the scaler reads some of each circuit.
 */
export class LearnedDurations {
  readonly #networkVersion: string;
  /** Seconds, oldest first. */
  readonly #samples = new Map<string, readonly number[]>();
  readonly #speedsOf: SpeedsOfPool;
  readonly #estimates = new Map<string, JobSeconds>();

  /** @param records of any epochs, in any order; only proven jobs of the version count. */
  constructor(networkVersion: string, records: Iterable<TimedJob>) {
    this.#networkVersion = networkVersion;
    const jobs = provenOldestFirst(networkVersion, records);
    this.#speedsOf = lastSpeeds(jobs);
    for (const [key, ofPlace] of Map.groupBy(jobs, ({ circuit, pool }) => keyOf(circuit, pool))) {
      const [{ pool }] = ofPlace as [TimedJob];
      this.#samples.set(key, secondsAtSpeeds(this.#speedsOf(pool), ofPlace).slice(-SAMPLES_KEPT));
    }
  }

  /** @param pool where it is proven. @default the catalogue's */
  secondsOf(circuit: CircuitName, pool: Pool = circuitOf(circuit, this.#networkVersion).pool): JobSeconds {
    const key = keyOf(circuit, pool);
    const known = this.#estimates.get(key);
    if (known !== undefined) return known;
    const expected = expectedSecondsOf(circuit, this.#networkVersion, meanSpeed(this.#speedsOf(pool)));
    const estimate = estimateOf(this.#samples.get(key) ?? [], expected);
    this.#estimates.set(key, estimate);
    return estimate;
  }
}

function keyOf(circuit: CircuitName, pool: Pool): string {
  return `${circuit} ${pool}`;
}

/** @param samples oldest first */
function estimateOf(samples: readonly number[], expectedSeconds: number): JobSeconds {
  const weighted: { readonly seconds: number; readonly weight: number }[] = [];
  let left = 1;
  for (const seconds of samples.toReversed()) {
    weighted.push({ seconds, weight: left * WEIGHT });
    left *= 1 - WEIGHT;
  }
  const mean = weighted.reduce((sum, { seconds, weight }) => sum + seconds * weight, left * expectedSeconds);
  // The share of the expected time in the weight: nine parts that time, one part slow.
  weighted.push({ seconds: expectedSeconds, weight: left * 0.9 });
  weighted.push({ seconds: expectedSeconds * EXPECTED_SPREAD, weight: left * 0.1 });
  return { mean, p95: Math.max(mean, quantile(weighted, 0.95)) };
}

function quantile(weighted: readonly { readonly seconds: number; readonly weight: number }[], share: number): number {
  const total = weighted.reduce((sum, { weight }) => sum + weight, 0);
  let passed = 0;
  for (const { seconds, weight } of weighted.toSorted((a, b) => a.seconds - b.seconds)) {
    passed += weight;
    if (passed >= share * total) return seconds;
  }
  return weighted.at(-1)?.seconds ?? 0;
}
