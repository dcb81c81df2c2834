import type { Hex } from 'viem';

import type { Submission } from '../../ledger/outbox.ts';
import type { Verdict } from '../verdict/root-verdict.ts';
import type { Fees } from './fees.ts';
import type { SubmissionReceipt } from './root-view.ts';

export type WaitCause =
  | 'account-busy'
  | 'cannot-sign'
  | 'checkpoints-gone'
  | 'confirmations'
  | 'fee-cap'
  | 'l1-silent'
  | 'l1-stale'
  | 'low-balance'
  | 'nonce-blocked'
  | 'nonce-taken'
  | 'other-key'
  | 'pending'
  | 'previous-epoch'
  | 'refused-by-node'
  | 'retry'
  | 'too-late'
  | 'unprofitable'
  | 'would-revert';

export interface Wait {
  readonly do: 'wait';
  readonly cause: WaitCause;
  /** For the operator: why, and what would end the wait. */
  readonly reason: string;
  /** When to check again even without a new L1 block. */
  readonly againAtMs?: number;
}

/** Why a root can never be accepted, and how its epoch ends. */
export type Death = Extract<Verdict, { standing: 'dead' }> | { readonly epochState: 'failed'; readonly reason: string };

/** The next step for a root. */
export type SubmissionStep =
  | Wait
  /** Sign a transaction that submits the root, or replaces the one with the same nonce. */
  | { readonly do: 'submit'; readonly nonce: number; readonly fees: Fees }
  /** Sign one that only uses up the nonce, so that what was sent before can no longer be mined. */
  | { readonly do: 'cancel'; readonly nonce: number; readonly fees: Fees; readonly death: Death }
  /** Send what is already signed once more. */
  | { readonly do: 'broadcast'; readonly submission: Submission }
  /** One of the transactions is mined and deep enough. */
  | { readonly do: 'confirm'; readonly receipt: SubmissionReceipt }
  /** A foreign transaction of the account has taken the nonce, and is deep enough. */
  | { readonly do: 'drop'; readonly reason: string }
  /** The root can never be accepted, and none of its transactions is pending. */
  | { readonly do: 'give-up'; readonly death: Death };

/** The outcome of sending a transaction. */
export interface Broadcast {
  readonly hash: Hex;
  /** When a node first accepted it from this submitter. */
  readonly sinceMs: number;
  /** When it was last sent. */
  readonly atMs: number;
  /** Why the node refused it the last time, if it did. */
  readonly refusal?: Refusal;
}

export interface Refusal {
  /** Other fees would be accepted: higher ones unless {@link isTooMuch}. */
  readonly isAboutFees: boolean;
  /** The fees exceed what the nodes allow one transaction to cost. */
  readonly isTooMuch?: true;
  readonly message: string;
}
