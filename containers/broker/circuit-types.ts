import type { WireJobFilter } from '../../shared/broker-api/wire-types.ts';
import type { CircuitName } from '../../shared/proving-job/circuit-catalogue.ts';

/**
 * The numbers that circuits have on the wire, which differ between versions: learned from the jobs that pass, since each
 * names its circuit and has its number.
 */
export class CircuitTypes {
  readonly #types = new Map<CircuitName, number>();

  learn(circuit: CircuitName, type: number): void {
    this.#types.set(circuit, type);
  }

  /** `undefined` until a job of the circuit has passed. */
  typeOf(circuit: CircuitName): number | undefined {
    return this.#types.get(circuit);
  }
}

/** Whether the filter lets circuits of that number through: an empty list is for all of them. */
export function accepts(filter: WireJobFilter | undefined, type: number): boolean {
  return filter === undefined || filter.allowList.length === 0 || filter.allowList.includes(type);
}
