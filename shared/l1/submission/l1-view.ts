import type { Hex } from 'viem';

import type { RootRecord, Submission } from '../../ledger/outbox.ts';
import type { FeeMarket } from './fees.ts';
import type { Verdict } from '../verdict/root-verdict.ts';

/** What L1 shows of one root at one moment: all that the decision what to do next depends on. */
export interface L1View {
  readonly blockNumber: number;
  /** The time of the latest block, by the L1's clock. */
  readonly blockAtMs: number;
  readonly market: FeeMarket;
  readonly verdict: Verdict;
  readonly sender: SenderStanding;
  /** Of the root's transactions that are mined. */
  readonly receipts: readonly SubmissionReceipt[];
  /** Whether a node has the newest live transaction, waiting or mined. */
  readonly isNewestKnown: boolean;
}

/** The account that signed the live transactions, or that would sign the first. */
export interface SenderStanding {
  readonly address: Hex;
  /** The account's next nonce by the latest block. */
  readonly confirmedNonce: number;
  /** The same some blocks ago: what is below it is taken for good. */
  readonly settledNonce: number;
  /** The same with what waits at the node. */
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
