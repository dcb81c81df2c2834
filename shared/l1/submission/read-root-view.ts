import { type Hex, TransactionNotFoundError } from 'viem';

import type { RootRecord } from '../../ledger/outbox.ts';
import { judgeRoot } from '../verdict/judge-root.ts';
import type { L1Head, L1Heads } from '../l1-heads.ts';
import { findReceipt } from './find-receipt.ts';
import { readFeeMarket } from './read-fee-market.ts';
import { type RootView, liveSubmissions, type SenderView, type SubmissionReceipt } from './root-view.ts';
import type { SubmissionPolicy } from './submission-policy.ts';

export interface ReadRootViewDeps {
  readonly heads: L1Heads;
  /** The account that would sign a first transaction. */
  readonly address: Hex;
  readonly policy: SubmissionPolicy;
  /** The time by which proof windows close; used while no node follows L1. */
  readonly windowNowMs: () => number;
}

/**
 * Reads from L1 everything the next step for a root depends on: from one node at one block, so that nonce, verdict and
 * receipts agree. Only what that node may lack is asked of the others, too.
 * @throws {MalformedRootCallError}; passes on what the client throws
 */
export async function readRootView(root: RootRecord, head: L1Head, deps: ReadRootViewDeps): Promise<RootView> {
  const { isStale } = deps.heads;
  const newest = liveSubmissions(root).at(-1);
  const blockAtMs = isStale ? Math.max(head.blockAtMs, deps.windowNowMs()) : head.blockAtMs;
  const [market, verdict, sender, isNewestKnown] = await Promise.all([
    readFeeMarket(head, deps.heads.usable),
    judgeRoot(root, head.client, blockAtMs, head.blockNumber),
    readSender(root, head, deps),
    newest === undefined ? false : isKnown(head, newest.transactionHash, deps),
  ]);
  return {
    blockNumber: head.blockNumber,
    blockAtMs,
    isStale,
    market,
    verdict,
    sender,
    // Read after the nonce, so that a taken nonce without a receipt of ours means that a foreign transaction took it.
    receipts: await readReceipts(root, head, sender, deps),
    isNewestKnown,
  };
}

async function readSender(root: RootRecord, head: L1Head, deps: ReadRootViewDeps): Promise<SenderView> {
  const { client } = head;
  const newest = liveSubmissions(root).at(-1);
  const address = newest?.from ?? deps.address;
  const blockNumber = BigInt(head.blockNumber);
  const [latestNonce, pendingNonce, balanceWei] = await Promise.all([
    client.getTransactionCount({ address, blockNumber }),
    client.getTransactionCount({ address, blockTag: 'pending' }),
    client.getBalance({ address, blockNumber }),
  ]);
  // Read only when it decides something: not every node still has the state of older blocks.
  const isNonceTaken = newest !== undefined && latestNonce > newest.nonce;
  const confirmedBlock = BigInt(Math.max(0, head.blockNumber - deps.policy.nonceConfirmations));
  const confirmedNonce = isNonceTaken ? await client.getTransactionCount({ address, blockNumber: confirmedBlock }) : 0;
  return { address, latestNonce, confirmedNonce, pendingNonce, balanceWei };
}

async function readReceipts(
  root: RootRecord,
  head: L1Head,
  { latestNonce }: SenderView,
  { heads }: ReadRootViewDeps,
): Promise<readonly SubmissionReceipt[]> {
  // Dropped ones included: if one was mined after all, the root is done.
  const watched = root.submissions.filter(({ outcome }) => outcome === undefined || outcome === 'dropped');
  const readFrom = async (one: L1Head): Promise<readonly SubmissionReceipt[]> => {
    const receipts = await Promise.all(watched.map(({ transactionHash }) => findReceipt(one.client, transactionHash)));
    return receipts.filter((receipt) => receipt !== undefined);
  };
  const receipts = await readFrom(head);
  const live = liveSubmissions(root).at(-1);
  if (receipts.length > 0 || live === undefined || latestNonce <= live.nonce) return receipts;
  // The nonce is used up: another node may have the receipt that this one lacks.
  for (const other of heads.usable) {
    if (other === head) continue;
    const found = await readFrom(other).catch(() => []);
    if (found.length > 0) return found;
  }
  return [];
}

/** Whether any usable node has the transaction. The others are only asked when the one that is read from does not. */
async function isKnown(head: L1Head, hash: Hex, { heads }: ReadRootViewDeps): Promise<boolean> {
  if (await hasTransaction(head, hash)) return true;
  const others = heads.usable.filter((other) => other !== head);
  const answers = await Promise.all(others.map((other) => hasTransaction(other, hash).catch(() => false)));
  return answers.includes(true);
}

async function hasTransaction({ client }: L1Head, hash: Hex): Promise<boolean> {
  try {
    await client.getTransaction({ hash });
    return true;
  } catch (error) {
    if (error instanceof TransactionNotFoundError) return false;
    throw error;
  }
}
