import type { NativeCircuit } from './circuit-catalogue.ts';

/** What one proof of a circuit takes. */
interface MeasuredProof {
  /** With its witness, on the machine whose speed is 1. */
  readonly seconds: number;
  /** Memory of `bb` at its highest, pages of files left out, in MiB. */
  readonly mib: number;
}

/**
 * `bb` 4.1.2 on two cores of an AMD EPYC, with the threads of `bb-threads.ts`: seconds of the run of `npm run prove:aztec` in
 * `docs/real-proofs.md`, and the most memory of several runs.
 */
export const MEASURED_PROOFS: Partial<Record<NativeCircuit, MeasuredProof>> = {
  BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP: { seconds: 19.7, mib: 1045 },
  CHECKPOINT_PADDING_ROLLUP: { seconds: 1.9, mib: 35 },
  CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP: { seconds: 144.5, mib: 7999 },
  PARITY_BASE: { seconds: 54.7, mib: 3774 },
  PARITY_ROOT: { seconds: 68.7, mib: 4303 },
  ROOT_ROLLUP: { seconds: 351.4, mib: 17_848 },
};
