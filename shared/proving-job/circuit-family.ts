import { z } from 'zod';

/** The sizes of agent, smallest first; a circuit's pool is the smallest whose agents can prove it. */
export const Pool = z.enum(['small', 'medium', 'large', 'gpu']);
export type Pool = z.infer<typeof Pool>;

/** `urgent`: everything above the leaves, so that a backlog of leaves never delays the root. */
export const Lane = z.enum(['urgent', 'normal']);
export type Lane = z.infer<typeof Lane>;

/** What the fleet knows of a circuit before it has proven one. */
export interface CircuitEntry {
  readonly pool: Pool;
  readonly lane: Lane;
  /** Where its proofs stand in a merge tree: one of the family's levels. */
  readonly level: string;
  /** Witness generation and proof on an agent of its pool, in seconds. A first estimate; the ledger has the measured times. */
  readonly expectedSeconds: number;
  /** Size of the circuit: it has at most 2^`log2Gates` gates. */
  readonly log2Gates: number;
}

/**
 * Circuits with one prover and separate trees: all that the rest of the fleet has to know of them. The prover is in
 * `containers/agent/families`.
 */
export interface CircuitFamily {
  /** The levels of its merge trees as shown to people, bottom to top: a job's children are on its level or lower. The last is the root's. */
  readonly levels: readonly string[];
  /** By their names on the wire, which are unique across families: capitals, digits and underscores. */
  readonly circuits: Readonly<Record<string, CircuitEntry>>;
}
