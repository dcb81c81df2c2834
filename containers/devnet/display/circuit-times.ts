import type { JobRecord } from '../../../shared/ledger/job-ledger.ts';
import type { CircuitName } from '../../../shared/proving-job/circuit-catalogue.ts';

/** A guess before anything was measured: simulated proofs take about so long on one core. */
const UNMEASURED_SECONDS = 0.5;

/** How long circuits take here, from claim to settlement: the catalogue knows real proofs on large machines only. */
export class CircuitTimes {
  readonly #total = { jobs: 0, seconds: 0 };
  readonly #byCircuit = new Map<CircuitName, { jobs: number; seconds: number }>();
  readonly #counted = new Set<string>();

  /** Takes the times of the proven ones among `records`; each counts once. */
  learn(records: readonly JobRecord[]): void {
    for (const { id, circuit, state, claimedAtMs, settledAtMs } of records) {
      if (state !== 'proven' || claimedAtMs === undefined || settledAtMs === undefined || this.#counted.has(id))
        continue;
      this.#counted.add(id);
      const seconds = Math.max(0, settledAtMs - claimedAtMs) / 1000;
      const ofCircuit = this.#byCircuit.get(circuit) ?? { jobs: 0, seconds: 0 };
      this.#byCircuit.set(circuit, ofCircuit);
      for (const sum of [ofCircuit, this.#total]) {
        sum.jobs += 1;
        sum.seconds += seconds;
      }
    }
  }

  /** The mean of the circuit; of all circuits when this one has not been proven yet. */
  secondsOf(circuit: CircuitName): number {
    const { jobs, seconds } = this.#byCircuit.get(circuit) ?? this.#total;
    return jobs === 0 ? UNMEASURED_SECONDS : seconds / jobs;
  }
}
