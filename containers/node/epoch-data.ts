import type { Archiver } from '@aztec/archiver';
import { BlockNumber, CheckpointNumber, EpochNumber as AztecEpochNumber } from '@aztec/foundation/branded-types';
import type { Fr } from '@aztec/foundation/curves/bn254';
import type { CommitteeAttestation } from '@aztec/stdlib/block';
import type { Checkpoint } from '@aztec/stdlib/checkpoint';
import type { ITxProvider, WorldStateSynchronizer } from '@aztec/stdlib/interfaces/server';
import type { BlockHeader, Tx } from '@aztec/stdlib/tx';

import { RangeId } from '../../shared/ledger/job-ledger.ts';
import type { CheckpointShape } from '../../shared/proving-job/checkpoint-shape.ts';
import type { EpochNumber } from '../../shared/proving-job/epoch-id.ts';
import { untilAborted } from '../../shared/retry/until-aborted.ts';
import { checkpointShapes } from './checkpoint-shapes.ts';

/** An epoch as L1 has it: enough to open it in the ledger. */
export interface EpochOutline {
  readonly epoch: EpochNumber;
  readonly rangeId: RangeId;
  /** In order; never empty. */
  readonly checkpoints: readonly Checkpoint[];
  readonly firstCheckpoint: number;
  readonly lastCheckpoint: number;
}

/** All inputs of proving an epoch. */
export interface EpochData extends EpochOutline {
  /** By transaction hash. */
  readonly txs: ReadonlyMap<string, Tx>;
  /** One list for each checkpoint, in order. */
  readonly l1ToL2Messages: readonly (readonly Fr[])[];
  /** The header of the last block before the epoch. */
  readonly previousBlockHeader: BlockHeader;
  /** The committee's signatures under the last checkpoint. */
  readonly attestations: readonly CommitteeAttestation[];
  readonly shape: CheckpointShape[];
}

export interface EpochDataDeps {
  readonly archiver: Pick<Archiver, 'getL1ToL2Messages' | 'getCheckpoints' | 'getBlockHeader'>;
  readonly worldState: Pick<WorldStateSynchronizer, 'syncImmediate' | 'getCommitted'>;
  readonly txProvider: Pick<ITxProvider, 'getTxsForBlock'>;
  /** How long to search for transactions before this try fails, in milliseconds. */
  readonly txGatheringTimeoutMs: number;
  readonly nowMs: () => number;
}

/** No source had some of the epoch's transactions. They may turn up: try again. */
export class TransactionsMissingError extends Error {
  override readonly name = 'TransactionsMissingError';
  readonly epoch: EpochNumber;
  readonly txHashes: readonly string[];

  constructor(epoch: EpochNumber, txHashes: readonly string[]) {
    super(
      `${txHashes.length} transactions of epoch ${epoch} were not found, the first is ${txHashes[0] ?? ''}; ` +
        'add a source with TX_COLLECTION_NODE_RPC_URLS or TX_COLLECTION_FILE_STORE_URLS, or check the p2p connection',
    );
    this.epoch = epoch;
    this.txHashes = txHashes;
  }
}

/** Reads an epoch's checkpoints. `undefined` when it has none. */
export async function outlineEpoch(
  epoch: EpochNumber,
  archiver: Pick<Archiver, 'getCheckpointsForEpoch'>,
): Promise<EpochOutline | undefined> {
  const checkpoints = await archiver.getCheckpointsForEpoch(AztecEpochNumber(epoch));
  const [first, last] = [checkpoints[0], checkpoints.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  return {
    epoch,
    rangeId: RangeId.parse(last.archive.root.toString()),
    checkpoints,
    firstCheckpoint: first.number,
    lastCheckpoint: last.number,
  };
}

/**
 * Collects what proving an epoch needs from the archiver and the transaction sources, and brings the world state up to it.
 * @throws {TransactionsMissingError} when a transaction cannot be found in time. An error whose cause is the signal's reason, as soon as it aborts.
 */
export async function gatherEpochData(
  outline: EpochOutline,
  deps: EpochDataDeps,
  signal: AbortSignal,
): Promise<EpochData> {
  return await untilAborted(gather(outline, deps), signal);
}

async function gather(outline: EpochOutline, deps: EpochDataDeps): Promise<EpochData> {
  const { archiver, worldState, txProvider } = deps;
  const { epoch, checkpoints, lastCheckpoint } = outline;
  const blocks = checkpoints.flatMap((checkpoint) => checkpoint.blocks);
  const [firstBlock, lastBlock] = [blocks[0], blocks.at(-1)];
  if (firstBlock === undefined || lastBlock === undefined) throw new Error(`epoch ${epoch} has no block`);

  const deadline = new Date(deps.nowMs() + deps.txGatheringTimeoutMs);
  const gathered = await Promise.all(blocks.map((block) => txProvider.getTxsForBlock(block, { deadline })));
  const missing = gathered.flatMap(({ missingTxs }) => missingTxs.map((hash) => hash.toString()));
  if (missing.length > 0) throw new TransactionsMissingError(epoch, missing);
  const txs = new Map(gathered.flatMap(({ txs }) => txs).map((tx) => [tx.getTxHash().toString(), tx]));

  const l1ToL2Messages = await Promise.all(checkpoints.map(({ number }) => archiver.getL1ToL2Messages(number)));
  const [published] = await archiver.getCheckpoints(CheckpointNumber(lastCheckpoint), 1);
  await worldState.syncImmediate(BlockNumber(lastBlock.number));

  return {
    ...outline,
    txs,
    l1ToL2Messages,
    previousBlockHeader: await headerBefore(firstBlock.number, deps),
    attestations: published?.attestations ?? [],
    shape: checkpointShapes(checkpoints, l1ToL2Messages, (hash) => txs.get(hash)?.data.forPublic !== undefined),
  };
}

async function headerBefore(
  block: number,
  { archiver, worldState }: Pick<EpochDataDeps, 'archiver' | 'worldState'>,
): Promise<BlockHeader> {
  if (block === 1) return worldState.getCommitted().getInitialHeader();
  const header = await archiver.getBlockHeader(BlockNumber(block - 1));
  if (header === undefined)
    throw new Error(`the archiver has no header of block ${block - 1}, which it must have synced`);
  return header;
}
