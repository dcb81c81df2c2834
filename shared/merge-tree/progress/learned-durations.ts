import type { JobRecord } from '../../ledger/job-ledger.ts';
import type { Pool } from '../../proving-job/circuit-family.ts';
import { type CircuitName, circuitOf } from '../../proving-job/circuit-catalogue.ts';

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
/** How much longer than in the catalogue one job in twenty takes, until jobs have been measured. */
const CATALOGUE_SPREAD = 1.3;

/**
 * How long circuits take on this fleet: an exponentially weighted estimate for each circuit, pool and network version,
 * from the ledger's proven jobs, on top of the catalogue's times.
 *
 * Nothing is stored: the ledger keeps the times of every job, and the scaler reads some of each circuit.
 */
export class LearnedDurations {
  readonly #networkVersion: string;
  /** Seconds, oldest first. */
  readonly #samples = new Map<string, number[]>();
  readonly #estimates = new Map<string, JobSeconds>();

  /** @param records of any epochs, in any order; only proven jobs of the version count. */
  constructor(networkVersion: string, records: Iterable<JobRecord>) {
    this.#networkVersion = networkVersion;
    const proven = [...records].flatMap((record) => this.#sampleOf(record));
    proven.sort((a, b) => a.settledAtMs - b.settledAtMs);
    for (const { key, seconds } of proven) {
      const samples = this.#samples.get(key) ?? [];
      this.#samples.set(key, samples);
      samples.push(seconds);
      if (samples.length > SAMPLES_KEPT) samples.shift();
    }
  }

  /** @param pool where it is proven. @default the catalogue's */
  secondsOf(circuit: CircuitName, pool: Pool = circuitOf(circuit, this.#networkVersion).pool): JobSeconds {
    const key = keyOf(circuit, pool);
    const known = this.#estimates.get(key);
    if (known !== undefined) return known;
    const estimate = estimateOf(this.#samples.get(key) ?? [], circuitOf(circuit, this.#networkVersion).expectedSeconds);
    this.#estimates.set(key, estimate);
    return estimate;
  }

  #sampleOf(record: JobRecord): { key: string; seconds: number; settledAtMs: number }[] {
    const { state, networkVersion, claimedAtMs, settledAtMs, circuit, pool } = record;
    if (state !== 'proven' || networkVersion !== this.#networkVersion) return [];
    // Two machines wrote the times, and their clocks may differ.
    if (claimedAtMs === undefined || settledAtMs === undefined || settledAtMs <= claimedAtMs) return [];
    return [{ key: keyOf(circuit, pool), seconds: (settledAtMs - claimedAtMs) / 1000, settledAtMs }];
  }
}

function keyOf(circuit: CircuitName, pool: Pool): string {
  return `${circuit} ${pool}`;
}

/** @param samples oldest first */
function estimateOf(samples: readonly number[], catalogueSeconds: number): JobSeconds {
  const weighted: { readonly seconds: number; readonly weight: number }[] = [];
  let left = 1;
  for (const seconds of samples.toReversed()) {
    weighted.push({ seconds, weight: left * WEIGHT });
    left *= 1 - WEIGHT;
  }
  const mean = weighted.reduce((sum, { seconds, weight }) => sum + seconds * weight, left * catalogueSeconds);
  // The catalogue's share of the weight: nine parts its time, one part slow.
  weighted.push({ seconds: catalogueSeconds, weight: left * 0.9 });
  weighted.push({ seconds: catalogueSeconds * CATALOGUE_SPREAD, weight: left * 0.1 });
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
