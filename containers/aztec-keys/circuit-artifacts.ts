import type { ServerProtocolArtifact } from '@aztec/noir-protocol-circuits-types/server';
import { z } from 'zod';

import type { AztecCircuit } from '../../shared/proving-job/aztec-circuits.ts';

/** Aztec's name for the artifact of each circuit. The AVM is not written in Noir: its key is part of `bb-avm`. */
export const ARTIFACTS = {
  PUBLIC_CHONK_VERIFIER: 'PublicChonkVerifier',
  PRIVATE_TX_BASE_ROLLUP: 'PrivateTxBaseRollupArtifact',
  PUBLIC_TX_BASE_ROLLUP: 'PublicTxBaseRollupArtifact',
  TX_MERGE_ROLLUP: 'TxMergeRollupArtifact',
  BLOCK_ROOT_FIRST_ROLLUP: 'BlockRootFirstRollupArtifact',
  BLOCK_ROOT_SINGLE_TX_FIRST_ROLLUP: 'BlockRootSingleTxFirstRollupArtifact',
  BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP: 'BlockRootEmptyTxFirstRollupArtifact',
  BLOCK_ROOT_ROLLUP: 'BlockRootRollupArtifact',
  BLOCK_ROOT_SINGLE_TX_ROLLUP: 'BlockRootSingleTxRollupArtifact',
  BLOCK_MERGE_ROLLUP: 'BlockMergeRollupArtifact',
  CHECKPOINT_ROOT_ROLLUP: 'CheckpointRootRollupArtifact',
  CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP: 'CheckpointRootSingleBlockRollupArtifact',
  CHECKPOINT_PADDING_ROLLUP: 'CheckpointPaddingRollupArtifact',
  CHECKPOINT_MERGE_ROLLUP: 'CheckpointMergeRollupArtifact',
  ROOT_ROLLUP: 'RootRollupArtifact',
  PARITY_BASE: 'ParityBaseArtifact',
  PARITY_ROOT: 'ParityRootArtifact',
} as const satisfies Record<Exclude<AztecCircuit, 'PUBLIC_VM'>, ServerProtocolArtifact>;

/** A circuit of Aztec's whose proofs have a key in the tree of keys. */
export type KeyedCircuit = keyof typeof ARTIFACTS;
export const KeyedCircuit = z.enum(Object.keys(ARTIFACTS) as [KeyedCircuit, ...KeyedCircuit[]]);

/** The circuits of an epoch that holds one checkpoint without transactions, from its leaves to its root. */
export const EMPTY_EPOCH_CIRCUITS = [
  'PARITY_BASE',
  'PARITY_ROOT',
  'BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP',
  'CHECKPOINT_PADDING_ROLLUP',
  'CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP',
  'ROOT_ROLLUP',
] as const satisfies readonly KeyedCircuit[];

/** Who verifies the circuit's proofs, as `bb` names it. Aztec's prover proves for the same (`@aztec/bb-prover`, `honk.ts`). */
export function verifierTargetOf(circuit: KeyedCircuit): 'evm-no-zk' | 'noir-recursive-no-zk' | 'noir-rollup-no-zk' {
  switch (circuit) {
    case 'ROOT_ROLLUP':
      return 'evm-no-zk';
    case 'PARITY_BASE':
    case 'PARITY_ROOT':
      return 'noir-recursive-no-zk';
    default:
      return 'noir-rollup-no-zk';
  }
}
