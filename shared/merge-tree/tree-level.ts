import type { CircuitName } from '../proving-job/circuit-catalogue.ts';

/** The levels of an epoch's merge tree as people see it, bottom to top. A job's children are always on lower levels or its own. */
export const TREE_LEVELS = [
  'leaves',
  'parity roots',
  'public bases',
  'tx merges',
  'block roots',
  'block merges',
  'checkpoint roots',
  'checkpoint merges',
  'root',
] as const;
export type TreeLevel = (typeof TREE_LEVELS)[number];

const LEVEL_OF_CIRCUIT: Readonly<Record<CircuitName, TreeLevel>> = {
  PUBLIC_VM: 'leaves',
  PUBLIC_CHONK_VERIFIER: 'leaves',
  PRIVATE_TX_BASE_ROLLUP: 'leaves',
  PARITY_BASE: 'leaves',
  PARITY_ROOT: 'parity roots',
  PUBLIC_TX_BASE_ROLLUP: 'public bases',
  TX_MERGE_ROLLUP: 'tx merges',
  BLOCK_ROOT_FIRST_ROLLUP: 'block roots',
  BLOCK_ROOT_SINGLE_TX_FIRST_ROLLUP: 'block roots',
  BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP: 'block roots',
  BLOCK_ROOT_ROLLUP: 'block roots',
  BLOCK_ROOT_SINGLE_TX_ROLLUP: 'block roots',
  BLOCK_MERGE_ROLLUP: 'block merges',
  CHECKPOINT_ROOT_ROLLUP: 'checkpoint roots',
  CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP: 'checkpoint roots',
  // Stands in for the second checkpoint root of an epoch that has one checkpoint.
  CHECKPOINT_PADDING_ROLLUP: 'checkpoint roots',
  CHECKPOINT_MERGE_ROLLUP: 'checkpoint merges',
  ROOT_ROLLUP: 'root',
};

export function levelOf(circuit: CircuitName): TreeLevel {
  return LEVEL_OF_CIRCUIT[circuit];
}
