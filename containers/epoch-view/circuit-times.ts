import type { JobRecord } from '../../shared/ledger/job-ledger.ts';
import type { CircuitName } from '../../shared/proving-job/circuit-catalogue.ts';

/** A guess before anything is measured: simulated proofs take about this long on one core. */
const UNMEASURED_SECONDS = 0.5;

/** How long circuits take here, from claim to proof: the catalogue only has real proofs on large machines. */
export class CircuitTimes {
  readonly #byCircuit = new Map<CircuitName, { jobs: number; seconds: number }>();
  readonly #counted = new Set<string>();
  readonly #usualSeconds: (circuit: CircuitName) => number | undefined;

  /** @param usualSeconds what is known of circuits before one of their jobs is proven here */
  constructor(usualSeconds: (circuit: CircuitName) => number | undefined = () => undefined) {
    this.#usualSeconds = usualSeconds;
  }

  /** Adds the times of the proven jobs among `records`; each counts once. */
  learn(records: readonly JobRecord[]): void {
    for (const { id, circuit, state, claimedAtMs, settledAtMs } of records) {
      if (state !== 'proven' || claimedAtMs === undefined || settledAtMs === undefined || this.#counted.has(id))
        continue;
      this.#counted.add(id);
      const sum = this.#byCircuit.get(circuit) ?? { jobs: 0, seconds: 0 };
      this.#byCircuit.set(circuit, sum);
      sum.jobs += 1;
      sum.seconds += Math.max(0, settledAtMs - claimedAtMs) / 1000;
    }
  }

  /** The mean of the circuit; what is usual; the median of all circuits when this one has not been proven yet. */
  secondsOf(circuit: CircuitName): number {
    const own = this.#byCircuit.get(circuit);
    if (own !== undefined) return own.seconds / own.jobs;
    const usual = this.#usualSeconds(circuit);
    if (usual !== undefined) return usual;
    // Not the mean: the first proofs also load programs and keys, and take many times as long as later ones.
    const means = [...this.#byCircuit.values()].map(({ jobs, seconds }) => seconds / jobs).sort((a, b) => a - b);
    return means[Math.floor(means.length / 2)] ?? UNMEASURED_SECONDS;
  }
}
