import type { Hex } from 'viem';

import type { RootRecord, Submission } from '../../ledger/outbox.ts';
import type { FeeMarket } from './fee-market.ts';
import type { Verdict } from '../verdict/root-verdict.ts';

/** What L1 shows of one root at one moment: everything the decision about its next step depends on. */
export interface RootView {
  readonly blockNumber: number;
  /** The time of that block, by the L1's clock; while L1 is stale, the wall clock's if that is later. */
  readonly blockAtMs: number;
  /** No URL follows L1: what was read may long be out of date. */
  readonly isStale?: boolean;
  readonly market: FeeMarket;
  readonly verdict: Verdict;
  readonly sender: SenderView;
  /** Receipts of those of the root's transactions that are mined. */
  readonly receipts: readonly SubmissionReceipt[];
  /** Whether any node has the newest live transaction, pending or mined. */
  readonly isNewestKnown: boolean;
}

/** The account that signed the live transactions, or would sign the first one. */
export interface SenderView {
  readonly address: Hex;
  /** The account's next nonce as of the block. */
  readonly latestNonce: number;
  /** The same some blocks ago: lower nonces are used up for good. */
  readonly confirmedNonce: number;
  /** The same, counting the transactions that are pending at the node. */
  readonly pendingNonce: number;
  readonly balanceWei: bigint;
}

export interface SubmissionReceipt {
  readonly transactionHash: Hex;
  readonly isSuccess: boolean;
  readonly blockNumber: number;
  readonly gasUsed: bigint;
}

/** The transactions of a root that may still be mined, oldest first. All have the same sender and nonce. */
export function liveSubmissions(root: RootRecord): readonly Submission[] {
  return root.submissions.filter(({ outcome }) => outcome === undefined);
}
