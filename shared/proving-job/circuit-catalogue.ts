import { z } from 'zod';

import { AZTEC_CIRCUITS } from './aztec-circuits.ts';

/** The sizes of agent; a circuit's pool is the smallest whose agents can prove it. */
export const Pool = z.enum(['small', 'medium', 'large', 'gpu']);
export type Pool = z.infer<typeof Pool>;

/** `urgent`: everything above the leaves, so that a backlog of leaves never delays the root. */
export const Lane = z.enum(['urgent', 'normal']);
export type Lane = z.infer<typeof Lane>;

/** What the fleet knows of a circuit before it has proven one. */
export interface CircuitEntry {
  /** The prover that can prove it: a family is a catalogue and a prover. */
  readonly family: string;
  readonly pool: Pool;
  readonly lane: Lane;
  /** Witness generation and proof on the agent its pool names, in seconds. A first value; the ledger has the real ones. */
  readonly expectedSeconds: number;
  /** Size of the circuit: it has at most 2^`log2Gates` gates. */
  readonly log2Gates: number;
}

/** Every circuit of every family, by its name on the wire. */
export const CIRCUIT_CATALOGUE = { ...AZTEC_CIRCUITS } as const satisfies Record<string, CircuitEntry>;

export type CircuitName = keyof typeof CIRCUIT_CATALOGUE;
export const CircuitName = z.enum(Object.keys(CIRCUIT_CATALOGUE) as [CircuitName, ...CircuitName[]]);
