import { z } from 'zod';

import { type CircuitEntry, type CircuitFamily, Pool } from './circuit-family.ts';
import { FAMILIES } from './families.ts';
import { circuitOfAnyLine, circuitsOfLine } from './version-lines.ts';

export type FamilyName = keyof typeof FAMILIES;

/** A circuit that this version of Coppice has a prover for. */
export type NativeCircuit = { [Name in FamilyName]: keyof (typeof FAMILIES)[Name]['circuits'] }[FamilyName];

export const FAMILY_NAMES = Object.keys(FAMILIES) as readonly FamilyName[];

/** A circuit, with the family whose prover can prove it. */
export interface CataloguedCircuit extends CircuitEntry {
  readonly family: FamilyName;
}

/** Every native circuit of every family, by its name on the wire. */
export const CIRCUIT_CATALOGUE = Object.fromEntries(
  FAMILY_NAMES.flatMap((family) =>
    Object.entries<CircuitEntry>(FAMILIES[family].circuits).map(([name, circuit]) => [name, { ...circuit, family }]),
  ),
) as Readonly<Record<NativeCircuit, CataloguedCircuit>>;

export const NativeCircuit = z.enum(Object.keys(CIRCUIT_CATALOGUE) as [NativeCircuit, ...NativeCircuit[]]);

/**
 * A circuit's name on the wire: capitals, digits and underscores. Official nodes of any version name theirs, so it may be one
 * that nothing here knows; {@link circuitOf} has an entry for each.
 */
export type CircuitName = NativeCircuit | (string & z.core.$brand<'CircuitName'>);
export const CircuitName = z.custom<CircuitName>(
  (name) => typeof name === 'string' && /^[A-Z][A-Z0-9_]*$/.test(name),
  'not the name of a circuit, which is of capitals, digits and underscores',
);

/** What an unknown circuit gets: agents that can prove anything, and no precedence. It is a level to itself, under its name. */
const UNKNOWN_CIRCUIT = { family: 'aztec', pool: 'large', lane: 'normal', expectedSeconds: 75, log2Gates: 23 } as const;

/**
 * What the fleet knows of the circuit in that version. One that the version does not have is taken as another version knows
 * it; one that {@link isCatalogued} does not know gets the largest pool, the `normal` lane and a level to itself.
 */
export function circuitOf(name: CircuitName, networkVersion: string): CataloguedCircuit {
  const native = isNative(name) ? CIRCUIT_CATALOGUE[name] : undefined;
  if (native !== undefined && native.family !== 'aztec') return native;
  const ofLine = circuitsOfLine(networkVersion);
  const entry = Object.hasOwn(ofLine, name) ? ofLine[name] : circuitOfAnyLine(name);
  return entry === undefined ? { ...UNKNOWN_CIRCUIT, level: levelOf(name) } : { ...entry, family: 'aztec' };
}

/** Whether any version is known to have the circuit. */
export function isCatalogued(name: CircuitName): boolean {
  return isNative(name) || circuitOfAnyLine(name) !== undefined;
}

export function isNative(name: CircuitName): name is NativeCircuit {
  return Object.hasOwn(CIRCUIT_CATALOGUE, name);
}

/** Aztec's circuits in that version. */
export function circuitsOfVersion(networkVersion: string): readonly CircuitName[] {
  return Object.keys(circuitsOfLine(networkVersion)).map((name) => CircuitName.parse(name));
}

/** The native circuits of a family. */
export function circuitsOf(family: FamilyName): readonly NativeCircuit[] {
  return NativeCircuit.options.filter((circuit) => CIRCUIT_CATALOGUE[circuit].family === family);
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
export function poolsOf(circuit: CircuitName, networkVersion: string): readonly Pool[] {
  const { family, pool } = circuitOf(circuit, networkVersion);
  const circuits: Readonly<Record<string, CircuitEntry>> =
    family === 'aztec' ? circuitsOfLine(networkVersion) : FAMILIES[family].circuits;
  const ofFamily = Object.values(circuits).map((other) => other.pool);
  return [pool, ...largerPools(pool).filter((larger) => ofFamily.includes(larger))];
}

/** Those of `pools` that may hold jobs of other circuits than `except`; the pool of unknown circuits is always among them. */
export function poolsHolding(
  pools: readonly Pool[],
  except: readonly CircuitName[],
  networkVersion: string,
): readonly Pool[] {
  const wanted = circuitsOfVersion(networkVersion).filter((circuit) => !except.includes(circuit));
  const holding = new Set(wanted.flatMap((circuit) => poolsOf(circuit, networkVersion)));
  return pools.filter((pool) => holding.has(pool) || pool === UNKNOWN_CIRCUIT.pool);
}

/**
 * The pool for a job of the circuit that ran out of memory on agents of `pools`; `undefined` when there is no larger
 * one. An agent of several pools is as large as the largest of them.
 */
export function poolBeyond(circuit: CircuitName, networkVersion: string, pools: readonly Pool[]): Pool | undefined {
  const own = poolsOf(circuit, networkVersion);
  return own[own.findLastIndex((pool) => pools.includes(pool)) + 1];
}

/** The levels of a family's merge trees, bottom to top. */
export function levelsOf(family: FamilyName): readonly string[] {
  return (FAMILIES[family] satisfies CircuitFamily).levels;
}

/** Where the circuit's proofs stand in a merge tree, the same in every version; an unknown circuit is a level to itself. */
export function levelOf(circuit: CircuitName): string {
  const entry = isNative(circuit) ? CIRCUIT_CATALOGUE[circuit] : circuitOfAnyLine(circuit);
  return entry?.level ?? circuit;
}

/**
 * Which of an epoch's jobs goes first: the higher, the more of the tree waits for the circuit's proofs. The urgent ones precede
 * the others; of each, those nearest to the root.
 */
export function precedenceOf(name: CircuitName, networkVersion: string): number {
  const { family, lane, level } = circuitOf(name, networkVersion);
  const levels = levelsOf(family);
  return (lane === 'urgent' ? levels.length : 0) + Math.max(0, levels.indexOf(level));
}

/** Whether the circuit's proof is the one that goes to L1. */
export function isRoot(circuit: CircuitName): boolean {
  const family = isNative(circuit) ? CIRCUIT_CATALOGUE[circuit].family : 'aztec';
  return levelOf(circuit) === levelsOf(family).at(-1);
}
