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

  /** The circuits that none of the filters lets through, of those whose numbers are known. */
  refusedBy(filters: readonly (WireJobFilter | undefined)[]): readonly CircuitName[] {
    if (filters.some(takesAll)) return [];
    const refused = [...this.#types].filter(([, type]) => !filters.some((filter) => accepts(filter, type)));
    return refused.map(([circuit]) => circuit);
  }
}

function takesAll(filter: WireJobFilter | undefined): boolean {
  return filter === undefined || filter.allowList.length === 0;
}

/** Whether the filter lets circuits of that number through: an empty list is for all of them. */
export function accepts(filter: WireJobFilter | undefined, type: number): boolean {
  return takesAll(filter) || filter?.allowList.includes(type) === true;
}
