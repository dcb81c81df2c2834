import { CIRCUIT_CATALOGUE, type NativeCircuit } from './circuit-catalogue.ts';

/** Memory that one proof takes at its highest, `bb`'s, in MiB. */
export interface ProofMemory {
  readonly mib: number;
  /** With `BB_SLOW_LOW_MEMORY`: polynomials are in files, of which the system drops pages when memory is short. */
  readonly lowMemoryMib: number;
}

/**
 * Memory of `bb` 4.1.2 at its highest, pages of files left out, read from `/proc` while it proved Aztec's circuits on two cores:
 * the most of several runs of `npm run prove:aztec`, of which `docs/real-proofs.md` has the last. The low-memory mode was not
 * measured.
 */
const MEASURED_MIB: Partial<Record<NativeCircuit, number>> = {
  BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP: 1045,
  CHECKPOINT_PADDING_ROLLUP: 35,
  CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP: 7999,
  PARITY_BASE: 3774,
  PARITY_ROOT: 4303,
  ROOT_ROLLUP: 17_848,
};

/** Of circuits that were not measured: a little more than the measured ones take for each of their 2^`log2Gates` gates. */
const KIB_PER_GATE = 1.15;
const LOW_MEMORY_KIB_PER_GATE = 0.6;
/** What `bb` takes before it has a circuit. */
const BASE_MIB = 64;

/** @returns measured values where there are any, else an estimate by the circuit's size */
export function memoryOfProof(circuit: NativeCircuit): ProofMemory {
  const kgates = 2 ** CIRCUIT_CATALOGUE[circuit].log2Gates / 1024;
  return {
    mib: MEASURED_MIB[circuit] ?? Math.ceil(BASE_MIB + KIB_PER_GATE * kgates),
    lowMemoryMib: Math.min(MEASURED_MIB[circuit] ?? Infinity, Math.ceil(BASE_MIB + LOW_MEMORY_KIB_PER_GATE * kgates)),
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
