import type { Hex } from 'viem';

import { epochAt, epochDeadlineAtMs, type RollupTiming } from '../l1/epoch-timing.ts';
import type { L1Heads } from '../l1/l1-heads.ts';
import { readFeeMarket } from '../l1/submission/read-fee-market.ts';
import { RollupReader, type RollupTips } from '../l1/rollup-reader.ts';
import { makeRollupId, type RollupId } from '../proving-job/epoch-id.ts';
import { followBlocks, type FollowedBlocks, type SeenBlock } from './follow-blocks.ts';

/** An epoch of the rollup, such as one that is complete and not proven. */
export interface EpochOnL1 {
  readonly epoch: number;
  /** When its window closes, by the L1's clock. */
  readonly deadlineAtMs: number;
}

/** What L1 shows of a rollup's epochs at one moment. */
export interface RollupView {
  readonly rollup: RollupId;
  /** The time of the newest block; while no node follows L1, the wall clock's if that is later. */
  readonly atMs: number;
  readonly tips: RollupTips;
  /** The complete epochs, in ascending order. */
  readonly unproven: readonly EpochOnL1[];
  /** The newest epoch that is not proven, complete or not. */
  readonly newestUnproven: number | undefined;
  /** Gives the windows of other epochs. */
  readonly timing: RollupTiming;
  /** The newest epoch whose window closed long enough ago for its last submission to be in the ledger. */
  readonly newestClosed: number;
}

/** The same of the rollup that is watched, and of L1 itself. */
export interface L1View extends RollupView {
  readonly gasPriceWei: bigint;
  /** Of the accounts that submit, in the order of the settings. */
  readonly balancesWei: readonly bigint[];
  readonly followed: FollowedBlocks;
}

export interface ReadRollupViewDeps {
  readonly heads: L1Heads;
  readonly nowMs: () => number;
  /** The time by which proof windows close; used while no node follows L1. */
  readonly windowNowMs: () => number;
  /** The rollup's contract, and the chain that it is on. */
  readonly rollup: Hex;
  readonly chainId: number;
}

export interface ReadL1ViewDeps extends ReadRollupViewDeps {
  readonly publishers: readonly Hex[];
}

/** A root mined at the last moment becomes `proven` in the ledger a little later. */
const CLOSED_FOR_MS = 120_000;

/** Reads L1 from one node that follows it. @param seen blocks read by an earlier run. Passes on what the client throws. */
export async function readL1View(seen: readonly SeenBlock[], deps: ReadL1ViewDeps): Promise<L1View> {
  const { usable } = deps.heads;
  const [head] = usable;
  const { blockNumber, blockHash } = head;
  const reader = new RollupReader(head.client, deps.rollup, blockNumber);
  const [view, market, balancesWei, followed] = await Promise.all([
    readRollupView(deps),
    readFeeMarket(head, usable),
    Promise.all(deps.publishers.map((address) => reader.balanceWei(address))),
    followBlocks(head.client, seen, { number: blockNumber, hash: blockHash }),
  ]);
  return {
    ...view,
    gasPriceWei: market.baseFeePerGasWei + market.priorityFeePerGasWei,
    balancesWei,
    followed,
  };
}

/** Reads the epochs of one rollup, from one node that follows L1. Passes on what the client throws. */
export async function readRollupView({
  heads,
  rollup,
  chainId,
  nowMs,
  windowNowMs,
}: ReadRollupViewDeps): Promise<RollupView> {
  const { usable, isStale } = heads;
  const [head] = usable;
  const reader = new RollupReader(head.client, rollup, head.blockNumber);
  const atMs = isStale ? Math.max(head.blockAtMs, nowMs()) : head.blockAtMs;
  const windowAtMs = isStale ? Math.max(head.blockAtMs, windowNowMs()) : head.blockAtMs;
  const [timing, tips] = await Promise.all([reader.timing(), reader.tips()]);
  const epochs = await unprovenEpochs(reader, tips);
  return {
    rollup: makeRollupId(chainId, rollup),
    atMs,
    tips,
    unproven: epochs
      .filter((epoch) => epoch < epochAt(atMs, timing))
      .map((epoch) => ({ epoch, deadlineAtMs: epochDeadlineAtMs(epoch, timing) })),
    newestUnproven: epochs.at(-1),
    timing,
    newestClosed: epochAt(windowAtMs - CLOSED_FOR_MS, timing) - timing.proofSubmissionEpochs - 1,
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
