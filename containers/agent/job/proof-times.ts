import type { CircuitName } from '../../../shared/proving-job/circuit-catalogue.ts';

/** Weight of the newest proof in the running mean. */
const NEWEST = 0.3;

/** What proofs take on this very machine: the catalogue's seconds are another's. */
export class ProofTimes {
  readonly #meanMs = new Map<CircuitName, number>();

  add(circuit: CircuitName, provingMs: number): void {
    const meanMs = this.#meanMs.get(circuit) ?? provingMs;
    this.#meanMs.set(circuit, meanMs + NEWEST * (provingMs - meanMs));
  }

  /** `undefined` until one was proven here. */
  expectedMs(circuit: CircuitName): number | undefined {
    return this.#meanMs.get(circuit);
  }
}
