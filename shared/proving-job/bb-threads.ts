import { CIRCUIT_CATALOGUE, type NativeCircuit } from './circuit-catalogue.ts';

/** Circuits of at most this size have fewer points in one sum than `bb` can add up in one thread. */
const SAFE_LOG2_GATES = 22;
/** So many that a thread's part of the key's 28 polynomials of 2^24 gates is small enough. */
const SAFE_THREADS = 96;

/**
 * How many threads `bb` needs for the circuit, however few cores there are. Where one thread's part of a multi-scalar
 * multiplication has more than about 4.6 million points, `bb` 4.1.2 sorts it in three levels, counts zeros wrongly and leaves
 * points out: keys and proofs come out wrong, and nothing but a verification shows it. Aztec's machines have 32 cores and more.
 * @see https://github.com/AztecProtocol/aztec-packages `commitment_key.test.cpp`, the regression test of `process_buckets.cpp`
 * @param threads as many as the machine has, or the agent may use
 */
export function bbThreadsFor(circuit: NativeCircuit, threads: number): number {
  return CIRCUIT_CATALOGUE[circuit].log2Gates <= SAFE_LOG2_GATES ? threads : Math.max(threads, SAFE_THREADS);
}
