import { type Hex, TransactionNotFoundError, TransactionReceiptNotFoundError } from 'viem';

import type { RootRecord } from '../../ledger/outbox.ts';
import { readFeeMarket } from './read-fee-market.ts';
import { judgeRoot } from '../verdict/judge-root.ts';
import type { L1Client } from '../l1-client.ts';
import { type RootView, liveSubmissions, type SenderView, type SubmissionReceipt } from './root-view.ts';
import type { SubmissionPolicy } from './submission-policy.ts';

export interface ReadRootViewDeps {
  readonly l1: L1Client;
  /** The account that would sign a first transaction. */
  readonly address: Hex;
  readonly policy: SubmissionPolicy;
}

/**
 * Reads from L1 everything the next step for a root depends on.
 * @throws {MalformedRootCallError}; passes on what the client throws
 */
export async function readRootView(root: RootRecord, deps: ReadRootViewDeps): Promise<RootView> {
  const { l1 } = deps;
  const newest = liveSubmissions(root).at(-1);
  const block = await l1.getBlock();
  const blockAtMs = Number(block.timestamp) * 1000;
  const [market, verdict, sender, isNewestKnown] = await Promise.all([
    readFeeMarket(l1),
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
    // Read after the nonce, so that a taken nonce without a receipt of ours means that a foreign transaction took it.
    receipts: await readReceipts(l1, root),
    isNewestKnown,
  };
}

async function readSender(root: RootRecord, blockNumber: number, deps: ReadRootViewDeps): Promise<SenderView> {
  const { l1, policy } = deps;
  const newest = liveSubmissions(root).at(-1);
  const address = newest?.from ?? deps.address;
  const [latestNonce, pendingNonce, balanceWei] = await Promise.all([
    l1.getTransactionCount({ address, blockTag: 'latest' }),
    l1.getTransactionCount({ address, blockTag: 'pending' }),
    l1.getBalance({ address }),
  ]);
  // Read only when it decides something: not every node still has the state of older blocks.
  const isNonceTaken = newest !== undefined && latestNonce > newest.nonce;
  const confirmedBlock = BigInt(Math.max(0, blockNumber - policy.nonceConfirmations));
  const confirmedNonce = isNonceTaken ? await l1.getTransactionCount({ address, blockNumber: confirmedBlock }) : 0;
  return { address, latestNonce, confirmedNonce, pendingNonce, balanceWei };
}

async function readReceipts(l1: L1Client, root: RootRecord): Promise<readonly SubmissionReceipt[]> {
  // Dropped ones included: if one was mined after all, the root is done.
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
