import { type Hex, TransactionNotFoundError, TransactionReceiptNotFoundError } from 'viem';

import type { RootRecord } from '../../ledger/outbox.ts';
import type { FeeMarket } from './fees.ts';
import { judgeRoot } from '../verdict/judge-root.ts';
import type { L1Client } from '../l1-client.ts';
import { type L1View, liveSubmissions, type SenderStanding, type SubmissionReceipt } from './l1-view.ts';
import type { SubmissionPolicy } from './submission-policy.ts';

const FEE_HISTORY_BLOCKS = 5;
/** Of the priority fees in a block: the quarter that paid most bounds it from above. Aztec's publisher takes the same. */
const FEE_HISTORY_PERCENTILE = 75;

export interface ReadL1ViewDeps {
  readonly l1: L1Client;
  /** Who would sign a first transaction. */
  readonly address: Hex;
  readonly policy: SubmissionPolicy;
}

/**
 * Reads from L1 what the next step for a root depends on.
 * @throws {MalformedRootCallError}; passes on what the client throws
 */
export async function readL1View(root: RootRecord, deps: ReadL1ViewDeps): Promise<L1View> {
  const { l1 } = deps;
  const newest = liveSubmissions(root).at(-1);
  const block = await l1.getBlock();
  const blockAtMs = Number(block.timestamp) * 1000;
  const [market, verdict, sender, isNewestKnown] = await Promise.all([
    readMarket(l1),
    judgeRoot(root, l1, blockAtMs),
    readSender(root, Number(block.number), deps),
    newest === undefined ? false : isKnown(l1, newest.transactionHash),
  ]);
  return {
    blockNumber: Number(block.number),
    blockAtMs,
    market,
    verdict,
    sender,
    // After the nonce: a nonce that is taken without a receipt of ours was then taken by a transaction of somebody else.
    receipts: await readReceipts(l1, root),
    isNewestKnown,
  };
}

/** What L1 asks for gas right now. */
export async function readMarket(l1: L1Client): Promise<FeeMarket> {
  const [history, estimate] = await Promise.all([
    l1.getFeeHistory({ blockCount: FEE_HISTORY_BLOCKS, rewardPercentiles: [FEE_HISTORY_PERCENTILE] }),
    l1.estimateMaxPriorityFeePerGas(),
  ]);
  const rewards = (history.reward ?? []).flat().filter((reward) => reward > 0n);
  const typical = rewards.sort((a, b) => (a < b ? -1 : 1))[Math.floor(rewards.length / 2)] ?? 0n;
  return {
    // One more than the blocks asked for: the last is the next block's.
    baseFeePerGasWei: history.baseFeePerGas.at(-1) ?? 0n,
    priorityFeePerGasWei: estimate > typical ? estimate : typical,
    earlierBaseFeePerGasWei: history.baseFeePerGas[0] ?? 0n,
  };
}

async function readSender(root: RootRecord, blockNumber: number, deps: ReadL1ViewDeps): Promise<SenderStanding> {
  const { l1, policy } = deps;
  const newest = liveSubmissions(root).at(-1);
  const address = newest?.from ?? deps.address;
  const [confirmedNonce, pendingNonce, balanceWei] = await Promise.all([
    l1.getTransactionCount({ address, blockTag: 'latest' }),
    l1.getTransactionCount({ address, blockTag: 'pending' }),
    l1.getBalance({ address }),
  ]);
  // Asked only when it decides something: not every node still has the state of older blocks.
  const isNonceTaken = newest !== undefined && confirmedNonce > newest.nonce;
  const settledBlock = BigInt(Math.max(0, blockNumber - policy.nonceSettledBlocks));
  const settledNonce = isNonceTaken ? await l1.getTransactionCount({ address, blockNumber: settledBlock }) : 0;
  return { address, confirmedNonce, settledNonce, pendingNonce, balanceWei };
}

async function readReceipts(l1: L1Client, root: RootRecord): Promise<readonly SubmissionReceipt[]> {
  // Also those that were given up as dropped: should one have been mined all the same, the root is done.
  const watched = root.submissions.filter(({ outcome }) => outcome === undefined || outcome === 'dropped');
  const receipts = await Promise.all(watched.map(({ transactionHash }) => findReceipt(l1, transactionHash)));
  return receipts.filter((receipt) => receipt !== undefined);
}

/** The receipt of a transaction, or `undefined` when no block holds it. */
export async function findReceipt(l1: L1Client, hash: Hex): Promise<SubmissionReceipt | undefined> {
  try {
    const receipt = await l1.getTransactionReceipt({ hash });
    return {
      transactionHash: hash,
      isSuccess: receipt.status === 'success',
      blockNumber: Number(receipt.blockNumber),
      gasUsed: receipt.gasUsed,
    };
  } catch (error) {
    if (error instanceof TransactionReceiptNotFoundError) return undefined;
    throw error;
  }
}

async function isKnown(l1: L1Client, hash: Hex): Promise<boolean> {
  try {
    await l1.getTransaction({ hash });
    return true;
  } catch (error) {
    if (error instanceof TransactionNotFoundError) return false;
    throw error;
  }
}
