import { AztecCircuit } from '../../../shared/proving-job/aztec-circuits.ts';
import type { CheckpointShape } from '../../../shared/proving-job/checkpoint-shape.ts';
import { expectedCounts } from '../../../shared/merge-tree/expected/expected-counts.ts';
import { MAX_CHECKPOINTS_PER_EPOCH } from '../../../shared/merge-tree/expected/aztec-shape.ts';
import { CIRCUIT_CATALOGUE, type NativeCircuit } from '../../../shared/proving-job/circuit-catalogue.ts';

/** A checkpoint of blocks that are mostly public transactions; 32 of them come to about 10,000 jobs. */
export const CHECKPOINT: CheckpointShape = {
  blocks: Array.from({ length: 3 }, () => ({ publicTxs: 22, privateTxs: 8 })),
  l1ToL2Messages: 10,
};

/** Prices are reported for an epoch of this many. */
export const JOBS = 10_000;
/** An epoch of mainnet: 32 slots of 72 s. */
export const EPOCH_SECONDS = 38 * 60;

const LEAVES: ReadonlySet<NativeCircuit> = new Set([
  'PUBLIC_VM',
  'PUBLIC_CHONK_VERIFIER',
  'PRIVATE_TX_BASE_ROLLUP',
  'PARITY_BASE',
]);

/** Sizes of Aztec's mock inputs, in bytes; circuits without a mock use those of a similar one. */
const INPUT_BYTES: Readonly<Record<AztecCircuit, number>> = {
  PUBLIC_VM: 1_000_000,
  PUBLIC_CHONK_VERIFIER: 100_000,
  PRIVATE_TX_BASE_ROLLUP: 303_000,
  PUBLIC_TX_BASE_ROLLUP: 760_000,
  TX_MERGE_ROLLUP: 44_000,
  BLOCK_ROOT_FIRST_ROLLUP: 66_000,
  BLOCK_ROOT_SINGLE_TX_FIRST_ROLLUP: 66_000,
  BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP: 66_000,
  BLOCK_ROOT_ROLLUP: 66_000,
  BLOCK_ROOT_SINGLE_TX_ROLLUP: 66_000,
  BLOCK_MERGE_ROLLUP: 44_000,
  CHECKPOINT_ROOT_ROLLUP: 830_000,
  CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP: 830_000,
  CHECKPOINT_PADDING_ROLLUP: 0,
  CHECKPOINT_MERGE_ROLLUP: 44_000,
  ROOT_ROLLUP: 44_000,
  PARITY_BASE: 8_000,
  PARITY_ROOT: 83_000,
};
/** Fields of a proof: 519 of them recursive, 16,400 the AVM's. Stored as JSON, in which a field of 32 bytes takes 44. */
const [PROOF_BYTES, AVM_PROOF_BYTES] = [519 * 44, 16_400 * 44];

/** What follows from the shape alone, per job of the whole epoch. */
export interface EpochAverages {
  /** How many jobs 32 checkpoints really make. */
  readonly jobs: number;
  readonly provingSeconds: number;
  /** Share of the jobs that wait for no other. */
  readonly leafShare: number;
  readonly objectBytes: number;
}

export function averagesOfEpoch(): EpochAverages {
  const jobs = averageOf(() => 1).total;
  return {
    jobs,
    provingSeconds: averageOf((circuit) => CIRCUIT_CATALOGUE[circuit].expectedSeconds).mean,
    leafShare: averageOf((circuit) => (LEAVES.has(circuit) ? 1 : 0)).mean,
    objectBytes: averageOf(
      (circuit) => INPUT_BYTES[circuit] + (circuit === 'PUBLIC_VM' ? AVM_PROOF_BYTES : PROOF_BYTES),
    ).mean,
  };
}

/** Of the epoch's jobs, each counted as its circuit is. */
export function averageOf(value: (circuit: AztecCircuit) => number): { readonly mean: number; readonly total: number } {
  const counts = expectedCounts(Array.from({ length: MAX_CHECKPOINTS_PER_EPOCH }, () => CHECKPOINT));
  const total = AztecCircuit.options.reduce(
    (sum, circuit) => sum + counts.byCircuit[circuit].distinct * value(circuit),
    0,
  );
  return { total, mean: total / counts.distinct };
}
