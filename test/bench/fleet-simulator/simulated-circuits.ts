import {
  CIRCUIT_CATALOGUE,
  circuitOf,
  circuitsOfVersion,
  type CircuitName,
} from '../../../shared/proving-job/circuit-catalogue.ts';
import type { SimulatedPool } from './pools.ts';

/** The versions whose epochs are simulated. */
export type SimulatedVersion = '4.1.2' | '6.0.0';

/** The circuits of both versions, one after the other: pools and times of a circuit differ by version. */
const ENTRIES = [
  ...Object.keys(CIRCUIT_CATALOGUE).map((name) => ({ name: name as CircuitName, version: '4.1.2' as const })),
  ...circuitsOfVersion('6.0.0').map((name) => ({ name, version: '6.0.0' as const })),
];
const CATALOGUED = ENTRIES.map(({ name, version }) => circuitOf(name, version));

export const CIRCUITS: readonly CircuitName[] = ENTRIES.map(({ name }) => name);
export const POOL_OF_CIRCUIT = CATALOGUED.map(({ pool }) => pool) as readonly SimulatedPool[];
export const IS_URGENT: readonly boolean[] = CATALOGUED.map(({ lane }) => lane === 'urgent');
export const SECONDS_OF_CIRCUIT: readonly number[] = CATALOGUED.map(({ expectedSeconds }) => expectedSeconds);

/** The index of the version's circuit in `CIRCUITS`. */
export function indexOfCircuit(circuit: string, version: SimulatedVersion): number {
  const index = ENTRIES.findIndex((entry) => entry.name === circuit && entry.version === version);
  if (index < 0) throw new Error(`version ${version} has no circuit ${circuit}`);
  return index;
}
