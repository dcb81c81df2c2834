import type { RootRecord, Submission } from '../../ledger/outbox.ts';
import type { SubmissionReceipt } from './l1-view.ts';

/** The root with one more signed transaction, which is to be sent once this is stored. */
export function withSubmission(root: RootRecord, submission: Submission, reason: string): RootRecord {
  return { ...root, state: 'sent', submissions: [...root.submissions, submission], reason };
}

/** The root's transactions once one of them is mined: it decides, and the others with its nonce never will be. */
export function settledBy(root: RootRecord, receipt: SubmissionReceipt): Submission[] {
  const mined = root.submissions.find(({ transactionHash }) => transactionHash === receipt.transactionHash);
  return root.submissions.map((one) => {
    if (one === mined) return { ...one, outcome: receipt.isSuccess ? 'mined' : 'reverted' };
    if (one.outcome !== undefined) return one;
    return { ...one, outcome: one.nonce === mined?.nonce ? 'replaced' : 'dropped' };
  });
}

/** The root's transactions once none of those under way can be mined any more. */
export function allDropped(root: RootRecord): Submission[] {
  return root.submissions.map((one) => (one.outcome === undefined ? { ...one, outcome: 'dropped' } : one));
}

/** The root as it waits for its next transaction. */
export function asWaiting(root: RootRecord, submissions: Submission[], reason: string): RootRecord {
  return { ...root, state: 'waiting', submissions, reason };
}

/** The root at its end; nobody works on it any more. */
export function asSettled(
  root: RootRecord,
  state: 'mined' | 'expired',
  submissions: Submission[],
  reason: string,
  nowMs: number,
): RootRecord {
  const { submitterId: _id, submitterUntilMs: _until, ...rest } = root;
  return { ...rest, state, submissions, reason, settledAtMs: nowMs };
}

/** The root as it was before its transaction was mined: a reorg took the block, and any with its nonce may be mined. */
export function asReorged(root: RootRecord, reason: string): RootRecord {
  const { settledAtMs: _settledAtMs, ...rest } = root;
  const nonce = root.submissions.find(({ outcome }) => outcome === 'mined')?.nonce;
  const submissions = root.submissions.map((one) => {
    const { outcome: _outcome, ...live } = one;
    return one.nonce === nonce && (one.outcome === 'mined' || one.outcome === 'replaced') ? live : one;
  });
  return { ...rest, state: 'sent', submissions, reason };
}
