import type { Hex } from 'viem';

import { epochAt, epochDeadlineAtMs } from '../../shared/l1/epoch-timing.ts';
import type { L1Client } from '../../shared/l1/l1-client.ts';
import { readFeeMarket } from '../../shared/l1/submission/read-fee-market.ts';
import { RollupReader, type RollupTips } from '../../shared/l1/rollup-reader.ts';
import { followBlocks, type FollowedBlocks, type SeenBlock } from './follow-blocks.ts';

/** An epoch on L1 that is complete and not proven. */
export interface UnprovenEpoch {
  readonly epoch: number;
  /** When its window closes, by the L1's clock. */
  readonly deadlineAtMs: number;
}

/** What L1 shows at one moment. */
export interface L1View {
  /** The time of the latest block. */
  readonly atMs: number;
  readonly tips: RollupTips;
  /** In ascending order. */
  readonly unproven: readonly UnprovenEpoch[];
  /** The newest epoch whose window closed long enough ago for its last submission to be in the ledger. */
  readonly newestClosed: number;
  readonly gasPriceWei: bigint;
  /** Of the accounts that submit, in the order of the settings. */
  readonly balancesWei: readonly bigint[];
  readonly followed: FollowedBlocks;
}

export interface ReadL1ViewDeps {
  readonly l1: L1Client;
  readonly rollup: Hex;
  readonly publishers: readonly Hex[];
}

/** A root mined at the last moment becomes `proven` in the ledger a little later. */
const CLOSED_FOR_MS = 120_000;

/** Reads L1. @param seen blocks read by an earlier run. Passes on what the client throws. */
export async function readL1View(
  seen: readonly SeenBlock[],
  { l1, rollup, publishers }: ReadL1ViewDeps,
): Promise<L1View> {
  const reader = new RollupReader(l1, rollup);
  const [block, timing] = await Promise.all([l1.getBlock(), reader.timing()]);
  const atMs = Number(block.timestamp) * 1000;
  const [tips, market, balancesWei, followed] = await Promise.all([
    reader.tips(),
    readFeeMarket(l1),
    Promise.all(publishers.map((address) => reader.balanceWei(address))),
    followBlocks(l1, seen, { number: Number(block.number), hash: block.hash }),
  ]);
  const epochs = await unprovenEpochs(reader, tips);
  return {
    atMs,
    tips,
    unproven: epochs
      .filter((epoch) => epoch < epochAt(atMs, timing))
      .map((epoch) => ({ epoch, deadlineAtMs: epochDeadlineAtMs(epoch, timing) })),
    newestClosed: epochAt(atMs - CLOSED_FOR_MS, timing) - timing.proofSubmissionEpochs - 1,
    gasPriceWei: market.baseFeePerGasWei + market.priorityFeePerGasWei,
    balancesWei,
    followed,
  };
}

/** The epochs from the first unproven checkpoint to the newest, including any without a checkpoint. */
async function unprovenEpochs(
  reader: RollupReader,
  { pendingCheckpoint, provenCheckpoint }: RollupTips,
): Promise<readonly number[]> {
  if (pendingCheckpoint <= provenCheckpoint) return [];
  const [first, last] = await Promise.all([
    reader.epochOfCheckpoint(provenCheckpoint + 1),
    reader.epochOfCheckpoint(pendingCheckpoint),
  ]);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
