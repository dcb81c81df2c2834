import { CIRCUIT_CATALOGUE, type NativeCircuit } from './circuit-catalogue.ts';
import { MEASURED_PROOFS } from './measured-proofs.ts';

/** Memory that one proof takes at its highest, `bb`'s, in MiB. */
export interface ProofMemory {
  readonly mib: number;
  /** With `BB_SLOW_LOW_MEMORY`. */
  readonly lowMemoryMib: number;
}

/** Of circuits that were not measured: a little more than the measured ones take for each of their 2^`log2Gates` gates. */
const KIB_PER_GATE = 1.15;
/** What `bb` takes before it has a circuit. */
const BASE_MIB = 64;

/**
 * Measured values where there are any, else an estimate by the circuit's size. The low-memory mode saves nothing: `bb` 4.1.2 takes
 * 3775 MiB for PARITY_BASE with `BB_SLOW_LOW_MEMORY`, as without. Only its flag `--slow_low_memory` works, which Aztec's prover does
 * not pass.
 */
export function memoryOfProof(circuit: NativeCircuit): ProofMemory {
  const kgates = 2 ** CIRCUIT_CATALOGUE[circuit].log2Gates / 1024;
  const mib = MEASURED_PROOFS[circuit]?.mib ?? Math.ceil(BASE_MIB + KIB_PER_GATE * kgates);
  return { mib, lowMemoryMib: mib };
}

/** How `bb` can make a proof with so much memory. */
export type MemoryMode = 'normal' | 'low';

/** @returns `undefined` if the proof does not fit */
export function memoryModeFor(circuit: NativeCircuit, availableMib: number): MemoryMode | undefined {
  const { mib, lowMemoryMib } = memoryOfProof(circuit);
  if (mib <= availableMib) return 'normal';
  return lowMemoryMib <= availableMib ? 'low' : undefined;
}
