import type { RootRecord, Submission } from '../../ledger/outbox.ts';
import { cutText } from '../cut-text.ts';
import type { SubmissionReceipt } from './root-view.ts';

/** A record has room for the signed transactions of a root, but the ledger limits its size. */
const REASON_LENGTH = 1000;

/** The root, with why it waits or ended. */
export function withReason(root: RootRecord, reason: string): RootRecord {
  return { ...root, reason: cutText(reason, REASON_LENGTH) };
}

/** The root with one more signed transaction, to be sent once this is stored. */
export function withSubmission(root: RootRecord, submission: Submission, reason: string): RootRecord {
  return withReason({ ...root, state: 'sent', submissions: [...root.submissions, submission] }, reason);
}

/** The root's transactions once one of them is mined: the others with its nonce can never be. */
export function confirmedBy(root: RootRecord, receipt: SubmissionReceipt): Submission[] {
  const mined = root.submissions.find(({ transactionHash }) => transactionHash === receipt.transactionHash);
  return root.submissions.map((one) => {
    if (one === mined) return { ...one, outcome: receipt.isSuccess ? 'mined' : 'reverted' };
    if (one.outcome !== undefined) return one;
    return { ...one, outcome: one.nonce === mined?.nonce ? 'replaced' : 'dropped' };
  });
}

/** The root's transactions once none of the live ones can be mined any more. */
export function allDropped(root: RootRecord): Submission[] {
  return root.submissions.map((one) => (one.outcome === undefined ? { ...one, outcome: 'dropped' } : one));
}

/** The root waiting for its next transaction. */
export function asWaiting(root: RootRecord, submissions: Submission[], reason: string): RootRecord {
  return withReason({ ...root, state: 'waiting', submissions }, reason);
}

/** The root, mined or given up; no submitter works on it any more. */
export function asClosed(
  root: RootRecord,
  state: 'mined' | 'expired',
  submissions: Submission[],
  reason: string,
  nowMs: number,
): RootRecord {
  const { submitterId: _id, submitterUntilMs: _until, ...rest } = root;
  return withReason({ ...rest, state, submissions, settledAtMs: nowMs }, reason);
}

/** The root as before its transaction was mined: a reorg removed the block, and any transaction with that nonce may be mined. */
export function asReorged(root: RootRecord, reason: string): RootRecord {
  const { settledAtMs: _settledAtMs, ...rest } = root;
  const nonce = root.submissions.find(({ outcome }) => outcome === 'mined')?.nonce;
  const submissions = root.submissions.map((one) => {
    const { outcome: _outcome, ...live } = one;
    return one.nonce === nonce && (one.outcome === 'mined' || one.outcome === 'replaced') ? live : one;
  });
  return withReason({ ...rest, state: 'sent', submissions }, reason);
}
