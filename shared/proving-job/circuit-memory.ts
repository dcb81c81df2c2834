import { CIRCUIT_CATALOGUE, type NativeCircuit } from './circuit-catalogue.ts';
import { MEASURED_PROOFS } from './measured-proofs.ts';

/** Of circuits that were not measured: a little more than the measured ones take for each of their 2^`log2Gates` gates. */
const KIB_PER_GATE = 1.15;
/** What `bb` takes before it has a circuit. */
const BASE_MIB = 64;

/** Memory that one proof takes at its highest, `bb`'s, in MiB: measured where it was, else an estimate by the circuit's size. */
export function memoryOfProof(circuit: NativeCircuit): number {
  const kgates = 2 ** CIRCUIT_CATALOGUE[circuit].log2Gates / 1024;
  return MEASURED_PROOFS[circuit]?.mib ?? Math.ceil(BASE_MIB + KIB_PER_GATE * kgates);
}

/** `low`: `bb` is asked to keep polynomials in files. */
export type MemoryMode = 'normal' | 'low';

/**
 * The mode in which `bb` is asked for a proof. Nobody counts on what `low` saves: asked by `BB_SLOW_LOW_MEMORY`, `bb` 4.1.2 takes
 * 3775 MiB for PARITY_BASE, as without. Its flag `--slow_low_memory` works, but Aztec's prover does not pass it.
 */
export function memoryModeFor(circuit: NativeCircuit, availableMib: number): MemoryMode {
  return memoryOfProof(circuit) <= availableMib ? 'normal' : 'low';
}
