import type { CircuitName } from '../../../shared/proving-job/circuit-catalogue.ts';

/** Weight of the newest proof in the running mean. */
const NEWEST = 0.3;

/** How long proofs take on this machine: the catalogue's times were measured on another. */
export class ProofTimes {
  readonly #meanMs = new Map<CircuitName, number>();

  add(circuit: CircuitName, provingMs: number): void {
    const meanMs = this.#meanMs.get(circuit) ?? provingMs;
    this.#meanMs.set(circuit, meanMs + NEWEST * (provingMs - meanMs));
  }

  /** `undefined` until a proof of `circuit` was made here. */
  expectedMs(circuit: CircuitName): number | undefined {
    return this.#meanMs.get(circuit);
  }
}
