import type { CircuitEntry } from './circuit-catalogue.ts';

function entry(
  pool: CircuitEntry['pool'],
  lane: CircuitEntry['lane'],
  expectedSeconds: number,
  log2Gates: number,
): CircuitEntry {
  return { family: 'aztec', pool, lane, expectedSeconds, log2Gates };
}

/**
 * The 18 circuits of an Aztec 4.1.2 epoch, named as Aztec's `ProvingRequestType`.
 *
 * Seconds are Aztec's own "realistic" delays, witness and proof together, for its 32-core agents
 * (`@aztec/bb-prover` 4.1.2, `src/test/delay_values.ts`). Gates are `bb` 4.1.2's own count, the AVM's from its key.
 * Pools follow the gates: up to 2^21 small, 2^22 medium, larger ones and the AVM large.
 * Whatever waits for other proofs is urgent, the public base too: blocks are then finished one after the other, so that the
 * pools above have work all along instead of all at once (`npm run bench:scaling`).
 */
export const AZTEC_CIRCUITS = {
  PUBLIC_VM: entry('large', 'normal', 180, 21),
  PUBLIC_CHONK_VERIFIER: entry('medium', 'normal', 16.4, 22),
  PRIVATE_TX_BASE_ROLLUP: entry('medium', 'normal', 24.5, 22),
  PUBLIC_TX_BASE_ROLLUP: entry('large', 'urgent', 47, 23),
  TX_MERGE_ROLLUP: entry('small', 'urgent', 10, 21),
  BLOCK_ROOT_FIRST_ROLLUP: entry('medium', 'urgent', 17.4, 22),
  BLOCK_ROOT_SINGLE_TX_FIRST_ROLLUP: entry('small', 'urgent', 9.2, 21),
  BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP: entry('small', 'urgent', 4.5, 20),
  BLOCK_ROOT_ROLLUP: entry('small', 'urgent', 75, 21),
  BLOCK_ROOT_SINGLE_TX_ROLLUP: entry('small', 'urgent', 35, 20),
  BLOCK_MERGE_ROLLUP: entry('small', 'urgent', 15, 21),
  CHECKPOINT_ROOT_ROLLUP: entry('large', 'urgent', 75, 23),
  CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP: entry('large', 'urgent', 73.1, 23),
  CHECKPOINT_PADDING_ROLLUP: entry('small', 'urgent', 0.1, 12),
  CHECKPOINT_MERGE_ROLLUP: entry('small', 'urgent', 10.2, 21),
  ROOT_ROLLUP: entry('large', 'urgent', 93, 24),
  PARITY_BASE: entry('medium', 'normal', 16.9, 22),
  PARITY_ROOT: entry('medium', 'urgent', 18.6, 22),
} as const satisfies Record<string, CircuitEntry>;
