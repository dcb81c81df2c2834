import { type CircuitName, circuitOf } from '../../proving-job/circuit-catalogue.ts';
import type { Pool } from '../../proving-job/circuit-family.ts';
import { expectedSecondsOf } from '../../proving-job/expected-seconds.ts';
import {
  lastSpeeds,
  meanSpeed,
  provenOldestFirst,
  secondsAtSpeeds,
  type SpeedsOfPool,
  type TimedJob,
} from '../progress/timed-jobs.ts';
import type { Chance } from './chance.ts';

/** What is known of how long jobs of one circuit take in one pool, from claim to settlement, in seconds. */
export interface UsualTime {
  /** Shortest first: those that were measured last, or one estimate where none was. */
  readonly samples: readonly number[];
  readonly meanSeconds: number;
  /** How far the mean itself may be off, as the spread of the logarithm of a factor. */
  readonly doubt: number;
}

/** The newest of each circuit: machines and their load change. */
const SAMPLES_KEPT = 16;
/** A job that took longer than so many times the median counts as that: the first of an agent loads programs and keys. */
const OUTLIER = 3;
/** The doubt of a circuit of which no job was proven yet. */
const DOUBT_OF_EXPECTED = 0.4;
/** The doubt of one measured job: that of several shrinks with their root. */
const DOUBT_OF_A_JOB = 0.3;
/** Times change from one hour to the next, however many were measured. */
const LEAST_DOUBT = 0.03;
/** A job that outlasts every sample may take this share longer, half of the time; one in ten, more than twice as long. */
const TAIL = 3;

/**
 * How long circuits take on this fleet, by its own proven jobs. Of a circuit that was never measured, the expected time,
 * in the ratio that the measured circuits have to theirs: simulated proofs take a hundredth of it.
 *
 * Unlike `LearnedDurations`, by which the scaler orders agents, it errs on no side.
 */
export class UsualTimes {
  readonly #networkVersion: string;
  readonly #samples = new Map<string, readonly number[]>();
  readonly #known = new Map<string, UsualTime>();
  readonly #ratio: number | undefined;
  readonly #speedsOf: SpeedsOfPool;

  /**
   * @param jobs of any epochs, in any order; only proven ones of the version count
   * @param speedsOf of the agents that will prove. @default of those that proved the newest jobs of the pool
   */
  constructor(networkVersion: string, jobs: Iterable<TimedJob>, speedsOf: SpeedsOfPool = () => []) {
    this.#networkVersion = networkVersion;
    const proven = provenOldestFirst(networkVersion, jobs);
    const lastOf = lastSpeeds(proven);
    this.#speedsOf = (pool) => (speedsOf(pool).length > 0 ? speedsOf(pool) : lastOf(pool));
    const ratios: number[] = [];
    for (const [key, ofPlace] of Map.groupBy(proven, ({ circuit, pool }) => keyOf(circuit, pool))) {
      const [{ circuit, pool }] = ofPlace as [TimedJob];
      const newest = secondsAtSpeeds(this.#speedsOf(pool), ofPlace).slice(-SAMPLES_KEPT);
      const samples = withoutOutliers(newest.toSorted((a, b) => a - b));
      this.#samples.set(key, samples);
      ratios.push(meanOf(samples) / this.#expected(circuit, pool));
    }
    ratios.sort((a, b) => a - b);
    this.#ratio = ratios[Math.floor(ratios.length / 2)];
  }

  of(circuit: CircuitName, pool: Pool): UsualTime {
    const key = keyOf(circuit, pool);
    const known = this.#known.get(key) ?? this.#timeOf(circuit, pool);
    this.#known.set(key, known);
    return known;
  }

  #timeOf(circuit: CircuitName, pool: Pool): UsualTime {
    const { pool: ownPool } = circuitOf(circuit, this.#networkVersion);
    const samples = this.#samples.get(keyOf(circuit, pool)) ?? this.#samples.get(keyOf(circuit, ownPool)) ?? [];
    if (samples.length > 0) {
      const doubt = Math.max(LEAST_DOUBT, DOUBT_OF_A_JOB / Math.sqrt(samples.length));
      return { samples, meanSeconds: meanOf(samples), doubt };
    }
    const meanSeconds = this.#expected(circuit, pool) * (this.#ratio ?? 1);
    return { samples: [meanSeconds], meanSeconds, doubt: DOUBT_OF_EXPECTED };
  }

  #expected(circuit: CircuitName, pool: Pool): number {
    return expectedSecondsOf(circuit, this.#networkVersion, meanSpeed(this.#speedsOf(pool)));
  }
}

/** A time that a job may take, in seconds. @param factor by which all jobs of its circuit differ from their samples */
export function drawSeconds({ samples }: UsualTime, factor: number, chance: Chance): number {
  return (samples[Math.floor(chance.share() * samples.length)] as number) * factor;
}

/**
 * What a job that has been running for a while may still take, in seconds: as jobs that took at least as long did. One that
 * outlasts them all is taken to go on in proportion to what it has taken, so the longer it runs, the longer it will.
 */
export function drawRest({ samples }: UsualTime, spentSeconds: number, factor: number, chance: Chance): number {
  const longer = samples.length - firstAbove(samples, spentSeconds / factor);
  if (longer > 0) {
    const index = samples.length - 1 - Math.floor(chance.share() * longer);
    return (samples[index] as number) * factor - spentSeconds;
  }
  return spentSeconds * ((1 - chance.share()) ** (-1 / TAIL) - 1);
}

/** What such a job has left as a rule: half of them have more. */
export function usualRest({ samples, meanSeconds }: UsualTime, spentSeconds: number): number {
  if (spentSeconds < meanSeconds) return meanSeconds - spentSeconds;
  const above = firstAbove(samples, spentSeconds);
  const middle = samples[above + Math.floor((samples.length - above) / 2)];
  return middle === undefined ? spentSeconds * (2 ** (1 / TAIL) - 1) : middle - spentSeconds;
}

/** The first index whose sample is above the seconds. */
function firstAbove(samples: readonly number[], seconds: number): number {
  let [low, high] = [0, samples.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((samples[middle] as number) > seconds) high = middle;
    else low = middle + 1;
  }
  return low;
}

function withoutOutliers(sorted: readonly number[]): readonly number[] {
  const most = OUTLIER * (sorted[(sorted.length - 1) >> 1] ?? 0);
  return sorted.map((seconds) => Math.min(seconds, most));
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function keyOf(circuit: CircuitName, pool: Pool): string {
  return `${circuit} ${pool}`;
}
