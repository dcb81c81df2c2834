import { CIRCUIT_CATALOGUE, type NativeCircuit } from './circuit-catalogue.ts';
import { MEASURED_PROOFS } from './measured-proofs.ts';

/** Memory that one proof takes at its highest, `bb`'s, in MiB. */
export interface ProofMemory {
  readonly mib: number;
  /** With `BB_SLOW_LOW_MEMORY`: polynomials are in files, of which the system drops pages when memory is short. */
  readonly lowMemoryMib: number;
}

/** Of circuits that were not measured: a little more than the measured ones take for each of their 2^`log2Gates` gates. */
const KIB_PER_GATE = 1.15;
const LOW_MEMORY_KIB_PER_GATE = 0.6;
/** What `bb` takes before it has a circuit. */
const BASE_MIB = 64;

/** @returns measured values where there are any, else an estimate by the circuit's size */
export function memoryOfProof(circuit: NativeCircuit): ProofMemory {
  const kgates = 2 ** CIRCUIT_CATALOGUE[circuit].log2Gates / 1024;
  const measured = MEASURED_PROOFS[circuit];
  return {
    mib: measured?.mib ?? Math.ceil(BASE_MIB + KIB_PER_GATE * kgates),
    lowMemoryMib: Math.min(measured?.mib ?? Infinity, Math.ceil(BASE_MIB + LOW_MEMORY_KIB_PER_GATE * kgates)),
  };
}

/** How `bb` can make a proof with so much memory. */
export type MemoryMode = 'normal' | 'low';

/** @returns `undefined` if the proof does not fit */
export function memoryModeFor(circuit: NativeCircuit, availableMib: number): MemoryMode | undefined {
  const { mib, lowMemoryMib } = memoryOfProof(circuit);
  if (mib <= availableMib) return 'normal';
  return lowMemoryMib <= availableMib ? 'low' : undefined;
}
