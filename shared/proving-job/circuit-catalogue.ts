import { z } from 'zod';

import { type CircuitEntry, type CircuitFamily, Pool } from './circuit-family.ts';
import { FAMILIES } from './families.ts';

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

/** The pools with larger agents than `pool`, smallest first. GPU agents are another kind, not a larger one: no job moves to them. */
export function largerPools(pool: Pool): readonly Pool[] {
  return Pool.options.slice(Pool.options.indexOf(pool) + 1).filter((larger) => larger !== 'gpu');
}

/**
 * The pools that may hold jobs of the circuit, smallest first: its own, then those that a job moves to when it runs out
 * of memory. Only larger pools that hold circuits of its family count: they have agents wherever its trees are proven to
 * the root, so a job that moves never waits for agents that do not exist.
 */
export function poolsOf(circuit: CircuitName): readonly Pool[] {
  const { family, pool } = CIRCUIT_CATALOGUE[circuit];
  const ofFamily = circuitsOf(family).map((other) => CIRCUIT_CATALOGUE[other].pool);
  return [pool, ...largerPools(pool).filter((larger) => ofFamily.includes(larger))];
}

/**
 * The pool for a job of the circuit that ran out of memory on agents of `pools`; `undefined` when there is no larger
 * one. An agent of several pools is as large as the largest of them.
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
