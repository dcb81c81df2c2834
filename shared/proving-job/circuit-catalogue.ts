import { z } from 'zod';

import { FAMILIES } from './families.ts';

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
  /** Witness generation and proof on the agent its pool names, in seconds. A first value; the ledger has the real ones. */
  readonly expectedSeconds: number;
  /** Size of the circuit: it has at most 2^`log2Gates` gates. */
  readonly log2Gates: number;
}

/**
 * Circuits that are proven by one prover into trees of their own. All that the rest of the fleet has to know of them; the
 * prover is in `containers/agent/families`.
 */
export interface CircuitFamily {
  /** The levels of its merge trees as people see them, bottom to top: a job's children are on lower levels or its own. The last is the root's. */
  readonly levels: readonly string[];
  /** By the names on the wire, which no other family may have: capitals, digits and underscores. */
  readonly circuits: Readonly<Record<string, CircuitEntry>>;
}

export type FamilyName = keyof typeof FAMILIES;
export type CircuitName = { [Name in FamilyName]: keyof (typeof FAMILIES)[Name]['circuits'] }[FamilyName];

export const FAMILY_NAMES = Object.keys(FAMILIES) as readonly FamilyName[];

/** A circuit, with the family whose prover can prove it. */
export interface CataloguedCircuit extends CircuitEntry {
  readonly family: FamilyName;
}

/** Every circuit of every family, by its name on the wire. */
export const CIRCUIT_CATALOGUE = Object.fromEntries(
  FAMILY_NAMES.flatMap((family) =>
    Object.entries<CircuitEntry>(FAMILIES[family].circuits).map(([name, circuit]) => [name, { ...circuit, family }]),
  ),
) as Readonly<Record<CircuitName, CataloguedCircuit>>;

export const CircuitName = z.enum(Object.keys(CIRCUIT_CATALOGUE) as [CircuitName, ...CircuitName[]]);

/** The circuits of a family. */
export function circuitsOf(family: FamilyName): readonly CircuitName[] {
  return CircuitName.options.filter((circuit) => CIRCUIT_CATALOGUE[circuit].family === family);
}

/** The pools with larger agents than `pool`, smallest first. GPUs are no more of the same: nothing moves to them. */
export function largerPools(pool: Pool): readonly Pool[] {
  return Pool.options.slice(Pool.options.indexOf(pool) + 1).filter((larger) => larger !== 'gpu');
}

/**
 * The pools that may hold jobs of the circuit, smallest first: its own, then those that a job goes to which ran out of
 * memory. Of the larger ones only those that its family has circuits of, for they have agents wherever its trees are
 * proven to the root: a job that moves never waits for agents that nobody runs.
 */
export function poolsOf(circuit: CircuitName): readonly Pool[] {
  const { family, pool } = CIRCUIT_CATALOGUE[circuit];
  const ofFamily = circuitsOf(family).map((other) => CIRCUIT_CATALOGUE[other].pool);
  return [pool, ...largerPools(pool).filter((larger) => ofFamily.includes(larger))];
}

/**
 * Where a job of the circuit goes that agents of `pools` have too little memory for; `undefined` when there are no larger
 * ones. An agent of several pools is as large as the largest of them.
 */
export function poolBeyond(circuit: CircuitName, pools: readonly Pool[]): Pool | undefined {
  const own = poolsOf(circuit);
  return own[own.findLastIndex((pool) => pools.includes(pool)) + 1];
}

/** The levels of a family's merge trees, bottom to top. */
export function levelsOf(family: FamilyName): readonly string[] {
  return (FAMILIES[family] satisfies CircuitFamily).levels;
}

/** Whether the circuit's proof is the one that goes to L1. */
export function isRoot(circuit: CircuitName): boolean {
  const { family, level } = CIRCUIT_CATALOGUE[circuit];
  return level === levelsOf(family).at(-1);
}
