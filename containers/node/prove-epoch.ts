import { AVM_MAX_CONCURRENT_SIMULATIONS } from '@aztec/native';
import type { BatchedBlob } from '@aztec/blob-lib';
import { NUMBER_OF_L1_L2_MESSAGES_PER_ROLLUP } from '@aztec/constants';
import { asyncPool } from '@aztec/foundation/async-pool';
import { BlockNumber, EpochNumber as AztecEpochNumber } from '@aztec/foundation/branded-types';
import { padArrayEnd } from '@aztec/foundation/collection';
import { Fr } from '@aztec/foundation/curves/bn254';
import { getVKTreeRoot } from '@aztec/noir-protocol-circuits-types/vk-tree';
import { protocolContractsHash } from '@aztec/protocol-contracts';
import { buildFinalBlobChallenges } from '@aztec/prover-client/helpers';
import { PublicSimulatorConfig } from '@aztec/stdlib/avm';
import type { L2Block } from '@aztec/stdlib/block';
import type { Checkpoint } from '@aztec/stdlib/checkpoint';
import type { EpochProver, MerkleTreeWriteOperations, WorldStateSynchronizer } from '@aztec/stdlib/interfaces/server';
import type { Proof } from '@aztec/stdlib/proofs';
import { CheckpointConstantData, type RootRollupPublicInputs } from '@aztec/stdlib/rollup';
import { MerkleTreeId } from '@aztec/stdlib/trees';
import type { BlockHeader, ProcessedTx, Tx } from '@aztec/stdlib/tx';
import type { PublicProcessorFactory } from '@aztec/simulator/server';

import type { EpochData } from './epoch-data.ts';

/** The root rollup's proof, and what else its submission to L1 needs. */
export interface EpochProof {
  readonly publicInputs: RootRollupPublicInputs;
  readonly proof: Proof;
  readonly batchedBlobInputs: BatchedBlob;
}

export interface ProveEpochDeps {
  readonly orchestrator: EpochProver;
  readonly worldState: Pick<WorldStateSynchronizer, 'fork'>;
  readonly publicProcessorFactory: PublicProcessorFactory;
  /** Checkpoints that are executed at one time. @default as many as Aztec's AVM simulates at once */
  readonly parallelCheckpoints?: number;
  /** Called once every transaction is executed: all that can be asked for at that point has been. */
  readonly onExecuted?: () => Promise<void>;
  /** Ends the execution between two blocks; the caller cancels the orchestrator. */
  readonly signal: AbortSignal;
}

/**
 * Executes an epoch's transactions again and hands them to the orchestrator, which asks for proofs as it goes.
 * Returns the root's.
 * @throws when a transaction does not execute as it did for the sequencer, or when a proof fails.
 */
export async function proveEpoch(data: EpochData, deps: ProveEpochDeps): Promise<EpochProof> {
  const { orchestrator, signal } = deps;
  const blobFields = data.checkpoints.map((checkpoint) => checkpoint.toBlobFields());
  orchestrator.startNewEpoch(
    AztecEpochNumber(data.epoch),
    data.checkpoints.length,
    await buildFinalBlobChallenges(blobFields),
  );
  // These depend on no execution: they give the fleet work at once.
  await orchestrator.startChonkVerifierCircuits([...data.txs.values()]);

  const parallel = deps.parallelCheckpoints ?? Math.max(1, AVM_MAX_CONCURRENT_SIMULATIONS);
  await asyncPool(parallel, [...data.checkpoints.entries()], async ([index, checkpoint]) => {
    signal.throwIfAborted();
    await executeCheckpoint(checkpoint, index, data, deps);
  });
  await deps.onExecuted?.();
  return await orchestrator.finalizeEpoch();
}

async function executeCheckpoint(
  checkpoint: Checkpoint,
  index: number,
  data: EpochData,
  deps: ProveEpochDeps,
): Promise<void> {
  const { orchestrator, signal } = deps;
  const messages = [...(data.l1ToL2Messages[index] ?? [])];
  await orchestrator.startNewCheckpoint(
    index,
    constantsOf(checkpoint, data, orchestrator.getProverId().toField()),
    messages,
    checkpoint.blocks.length,
    headerBefore(index, data),
  );
  for (const [blockIndex, block] of checkpoint.blocks.entries()) {
    signal.throwIfAborted();
    const txs = block.body.txEffects.map(({ txHash }) => txOf(data.txs, txHash.toString()));
    await orchestrator.startNewBlock(block.number, block.header.globalVariables.timestamp, txs.length);
    if (txs.length > 0) {
      // Only the first block adds the messages: the state that later blocks fork from has them.
      await orchestrator.addTxs(await executeTxs(block, txs, blockIndex === 0 ? messages : undefined, deps));
    }
    await orchestrator.setBlockCompleted(block.number, block.header);
  }
}

async function executeTxs(
  block: L2Block,
  txs: Tx[],
  messages: Fr[] | undefined,
  { worldState, orchestrator, publicProcessorFactory }: ProveEpochDeps,
): Promise<ProcessedTx[]> {
  const fork = await worldState.fork(BlockNumber(block.number - 1));
  try {
    if (messages !== undefined) await appendMessages(fork, messages);
    const processor = publicProcessorFactory.create(
      fork,
      block.header.globalVariables,
      PublicSimulatorConfig.from({
        proverId: orchestrator.getProverId().toField(),
        skipFeeEnforcement: false,
        collectDebugLogs: false,
        collectHints: true,
        collectPublicInputs: true,
        collectStatistics: false,
      }),
    );
    const [processed, failed] = await processor.process(txs, {});
    if (failed.length > 0 || processed.length !== txs.length) {
      const reasons = failed.map(({ tx, error }) => `${tx.getTxHash().toString()} (${error.message})`);
      throw new Error(
        `block ${block.number} executes ${processed.length} of ${txs.length} transactions, unlike at the sequencer: ${reasons.join(', ')}`,
      );
    }
    return processed;
  } finally {
    await fork.close();
  }
}

async function appendMessages(fork: MerkleTreeWriteOperations, messages: Fr[]): Promise<void> {
  const padded = padArrayEnd<Fr, number>(messages, Fr.ZERO, NUMBER_OF_L1_L2_MESSAGES_PER_ROLLUP);
  await fork.appendLeaves(MerkleTreeId.L1_TO_L2_MESSAGE_TREE, padded);
}

function constantsOf({ header }: Checkpoint, data: EpochData, proverId: Fr): CheckpointConstantData {
  const block = data.checkpoints[0]?.blocks[0];
  if (block === undefined) throw new Error(`epoch ${data.epoch} has no block`);
  const { chainId, version } = block.header.globalVariables;
  return CheckpointConstantData.from({
    chainId,
    version,
    vkTreeRoot: getVKTreeRoot(),
    protocolContractsHash,
    proverId,
    slotNumber: header.slotNumber,
    coinbase: header.coinbase,
    feeRecipient: header.feeRecipient,
    gasFees: header.gasFees,
  });
}

function headerBefore(index: number, data: EpochData): BlockHeader {
  if (index === 0) return data.previousBlockHeader;
  const block = data.checkpoints[index - 1]?.blocks.at(-1);
  if (block === undefined) throw new Error(`checkpoint ${index - 1} of epoch ${data.epoch} has no block`);
  return block.header;
}

function txOf(txs: ReadonlyMap<string, Tx>, hash: string): Tx {
  const tx = txs.get(hash);
  if (tx === undefined) throw new Error(`transaction ${hash} was not gathered`);
  return tx;
}
