import type { Archiver } from '@aztec/archiver';
import { BlockNumber, CheckpointNumber, EpochNumber as AztecEpochNumber } from '@aztec/foundation/branded-types';
import type { Fr } from '@aztec/foundation/curves/bn254';
import type { CommitteeAttestation } from '@aztec/stdlib/block';
import type { Checkpoint } from '@aztec/stdlib/checkpoint';
import type { ITxProvider, WorldStateSynchronizer } from '@aztec/stdlib/interfaces/server';
import type { BlockHeader, Tx } from '@aztec/stdlib/tx';

import { RangeId } from '../../shared/ledger/job-ledger.ts';
import type { CheckpointShape } from '../../shared/proving-job/checkpoint-shape.ts';
import type { EpochNumber } from '../../shared/proving-job/proving-job-id.ts';
import { checkpointShapes } from './checkpoint-shapes.ts';

/** All inputs of proving an epoch. */
export interface EpochData {
  readonly epoch: EpochNumber;
  readonly rangeId: RangeId;
  /** In order; never empty. */
  readonly checkpoints: readonly Checkpoint[];
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
  readonly archiver: Archiver;
  readonly worldState: WorldStateSynchronizer;
  readonly txProvider: ITxProvider;
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

/**
 * Collects an epoch from the archiver and the transaction sources and brings the world state up to it. `undefined`
 * when the epoch has no checkpoints.
 * @throws {TransactionsMissingError} when a transaction cannot be found in time.
 */
export async function gatherEpochData(epoch: EpochNumber, deps: EpochDataDeps): Promise<EpochData | undefined> {
  const { archiver, worldState, txProvider } = deps;
  const checkpoints = await archiver.getCheckpointsForEpoch(AztecEpochNumber(epoch));
  const first = checkpoints[0];
  const last = checkpoints.at(-1);
  const firstBlock = first?.blocks[0];
  const lastBlock = last?.blocks.at(-1);
  if (last === undefined || firstBlock === undefined || lastBlock === undefined) return undefined;

  const deadline = new Date(deps.nowMs() + deps.txGatheringTimeoutMs);
  const blocks = checkpoints.flatMap((checkpoint) => checkpoint.blocks);
  const gathered = await Promise.all(blocks.map((block) => txProvider.getTxsForBlock(block, { deadline })));
  const missing = gathered.flatMap(({ missingTxs }) => missingTxs.map((hash) => hash.toString()));
  if (missing.length > 0) throw new TransactionsMissingError(epoch, missing);
  const txs = new Map(gathered.flatMap(({ txs }) => txs).map((tx) => [tx.getTxHash().toString(), tx]));

  const l1ToL2Messages = await Promise.all(checkpoints.map(({ number }) => archiver.getL1ToL2Messages(number)));
  const [published] = await archiver.getCheckpoints(CheckpointNumber(last.number), 1);
  await worldState.syncImmediate(BlockNumber(lastBlock.number));

  return {
    epoch,
    rangeId: RangeId.parse(last.archive.root.toString()),
    checkpoints,
    txs,
    l1ToL2Messages,
    previousBlockHeader: await headerBefore(firstBlock.number, deps),
    attestations: published?.attestations ?? [],
    shape: checkpointShapes(checkpoints, l1ToL2Messages, (hash) => txs.get(hash)?.data.forPublic !== undefined),
  };
}

async function headerBefore(block: number, { archiver, worldState }: EpochDataDeps): Promise<BlockHeader> {
  if (block === 1) return worldState.getCommitted().getInitialHeader();
  const header = await archiver.getBlockHeader(BlockNumber(block - 1));
  if (header === undefined)
    throw new Error(`the archiver has no header of block ${block - 1}, which it must have synced`);
  return header;
}
