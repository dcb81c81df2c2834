import { z } from 'zod';

import type { CircuitEntry, CircuitFamily } from './circuit-family.ts';

/** The levels of every version's merge trees. */
const LEVELS = [
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

/** A circuit of Aztec's, on one of its levels. */
export function aztecEntry(
  pool: CircuitEntry['pool'],
  lane: CircuitEntry['lane'],
  level: (typeof LEVELS)[number],
  expectedSeconds: number,
  log2Gates: number,
): CircuitEntry {
  return { pool, lane, level, expectedSeconds, log2Gates };
}

/**
 * The 18 circuits of an Aztec 4.1.2 epoch, named as Aztec's `ProvingRequestType`.
 *
 * Seconds are Aztec's own "realistic" delays, witness and proof together, for its 32-core agents
 * (`@aztec/bb-prover` 4.1.2, `src/test/delay_values.ts`). Gates are `bb` 4.1.2's own count, the AVM's from its key.
 * Pools follow the gates: up to 2^21 small, 2^22 medium, larger ones and the AVM large.
 * Every circuit that waits for other proofs is urgent, the public base too: blocks then finish one after the other, so that
 * the pools above have work all along instead of all at once (`npm run bench:scaling`).
 */
export const AZTEC_FAMILY = {
  levels: LEVELS,
  circuits: {
    PUBLIC_VM: aztecEntry('large', 'normal', 'leaves', 180, 21),
    PUBLIC_CHONK_VERIFIER: aztecEntry('medium', 'normal', 'leaves', 16.4, 22),
    PRIVATE_TX_BASE_ROLLUP: aztecEntry('medium', 'normal', 'leaves', 24.5, 22),
    PUBLIC_TX_BASE_ROLLUP: aztecEntry('large', 'urgent', 'public bases', 47, 23),
    TX_MERGE_ROLLUP: aztecEntry('small', 'urgent', 'tx merges', 10, 21),
    BLOCK_ROOT_FIRST_ROLLUP: aztecEntry('medium', 'urgent', 'block roots', 17.4, 22),
    BLOCK_ROOT_SINGLE_TX_FIRST_ROLLUP: aztecEntry('small', 'urgent', 'block roots', 9.2, 21),
    BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP: aztecEntry('small', 'urgent', 'block roots', 4.5, 20),
    BLOCK_ROOT_ROLLUP: aztecEntry('small', 'urgent', 'block roots', 75, 21),
    BLOCK_ROOT_SINGLE_TX_ROLLUP: aztecEntry('small', 'urgent', 'block roots', 35, 20),
    BLOCK_MERGE_ROLLUP: aztecEntry('small', 'urgent', 'block merges', 15, 21),
    CHECKPOINT_ROOT_ROLLUP: aztecEntry('large', 'urgent', 'checkpoint roots', 75, 23),
    CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP: aztecEntry('large', 'urgent', 'checkpoint roots', 73.1, 23),
    // Stands in for the second checkpoint root of an epoch that has one checkpoint.
    CHECKPOINT_PADDING_ROLLUP: aztecEntry('small', 'urgent', 'checkpoint roots', 0.1, 12),
    CHECKPOINT_MERGE_ROLLUP: aztecEntry('small', 'urgent', 'checkpoint merges', 10.2, 21),
    ROOT_ROLLUP: aztecEntry('large', 'urgent', 'root', 93, 24),
    PARITY_BASE: aztecEntry('medium', 'normal', 'leaves', 16.9, 22),
    PARITY_ROOT: aztecEntry('medium', 'urgent', 'parity roots', 18.6, 22),
  },
} as const satisfies CircuitFamily;

export type AztecCircuit = keyof typeof AZTEC_FAMILY.circuits;
export const AztecCircuit = z.enum(Object.keys(AZTEC_FAMILY.circuits) as [AztecCircuit, ...AztecCircuit[]]);
