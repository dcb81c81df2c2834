import type { Hex } from 'viem';

import type { EpochLedger } from '../../ledger/epoch-ledger.ts';
import { aboutEpoch, type IncidentLog } from '../../ledger/incident-log.ts';
import type { Outbox, RootRecord, Submission } from '../../ledger/outbox.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { aboutRoot } from './about-root.ts';
import type { Broadcast, SubmissionStep, Wait } from './submission-step.ts';
import { cutText } from '../cut-text.ts';
import type { L1Client, L1Reader } from '../l1-client.ts';
import type { SubmissionReceipt } from './root-view.ts';
import type { PublisherAccount } from '../publisher/publisher-account.ts';
import { describeError, revertReason } from '../revert-reason.ts';
import { allDropped, asClosed, asWaiting, confirmedBy, withSubmission } from './root-changes.ts';
import { sendRawTransaction } from './send-raw-transaction.ts';
import { signSubmission } from './sign-submission.ts';
import type { SubmissionPolicy } from './submission-policy.ts';

export interface TakeStepDeps {
  readonly outbox: Outbox;
  readonly epochs: EpochLedger;
  readonly incidents: IncidentLog;
  /** Sends to every node. */
  readonly l1: L1Client;
  /** The node that the step was decided from. */
  readonly reader: L1Reader;
  readonly account: PublisherAccount;
  readonly policy: SubmissionPolicy;
  readonly nowMs: () => number;
  readonly log: Logger;
}

export interface TakenStep {
  /** The transaction that was sent, and the node's response. */
  readonly broadcast?: Broadcast;
  /** Why the step could not be taken. */
  readonly wait?: Wait;
}

/** A contract may revert with any text. */
const WHY_LENGTH = 300;

type StepOf<Name extends SubmissionStep['do']> = Extract<SubmissionStep, { do: Name }>;

/**
 * Takes one step for a root. It may be cut off anywhere: the record then says what was under way, and L1 shows the outcome.
 * Changes that another submitter has made meanwhile are kept.
 * @throws {CallRevertedError} when a trial run reverts; passes on what the client throws
 */
export async function takeStep(
  step: Exclude<SubmissionStep, Wait>,
  root: RootRecord,
  balanceWei: bigint,
  deps: TakeStepDeps,
): Promise<TakenStep> {
  switch (step.do) {
    case 'submit':
    case 'cancel':
      return await signAndSend(step, root, balanceWei, deps);
    case 'broadcast':
      deps.log.info(
        { ...aboutRoot(root), ...namesOf(step.submission) },
        'no node has the transaction; sending it again',
      );
      return { broadcast: await send(step.submission, deps) };
    case 'confirm':
      await confirm(step.receipt, root, deps);
      return {};
    case 'drop':
      await drop(step, root, deps);
      return {};
    case 'give-up':
      await giveUp(step, root, deps);
      return {};
  }
}

async function signAndSend(
  step: StepOf<'submit' | 'cancel'>,
  root: RootRecord,
  balanceWei: bigint,
  deps: TakeStepDeps,
): Promise<TakenStep> {
  const { outbox, epochs, log } = deps;
  if (step.do === 'cancel') {
    // First, so that the node takes the epoch up again while the old transaction is being cancelled.
    await epochs.advance(root.epochId, root.rangeId, step.death.epochState, { reason: step.death.reason });
  }
  const signed = await signSubmission(root, step, balanceWei, deps);
  if (signed.outcome === 'low-balance') {
    return { wait: { do: 'wait', cause: 'low-balance', reason: signed.reason } };
  }
  const { submission } = signed;
  const what = step.do === 'cancel' ? `cancelled with ${submission.transactionHash}: ${step.death.reason}` : undefined;
  const reason = what ?? `sent as ${submission.transactionHash} with nonce ${submission.nonce}`;
  // Stored before it is sent: a submitter that is killed in between leaves a transaction that another can send.
  if ((await outbox.replace(withSubmission(root, submission, reason))) === undefined) return {};
  log.info(
    { ...aboutRoot(root), ...namesOf(submission) },
    step.do === 'cancel' ? 'cancelling the root' : 'sending the root',
  );
  return { broadcast: await send(submission, deps) };
}

async function send(
  { transactionHash, signedTransaction }: Submission,
  { l1, log, nowMs }: TakeStepDeps,
): Promise<Broadcast> {
  const refusal = await sendRawTransaction(l1, signedTransaction);
  const atMs = nowMs();
  if (refusal === undefined) return { hash: transactionHash, sinceMs: atMs, atMs };
  log.warn({ transactionHash, refusal: refusal.message }, 'the L1 node refuses the transaction');
  return { hash: transactionHash, sinceMs: atMs, atMs, refusal };
}

async function confirm(receipt: SubmissionReceipt, root: RootRecord, deps: TakeStepDeps): Promise<void> {
  const mined = root.submissions.find(({ transactionHash }) => transactionHash === receipt.transactionHash);
  if (mined?.cancels === true) {
    const reason = `its transactions were cancelled in L1 block ${receipt.blockNumber}`;
    await deps.outbox.replace(asWaiting(root, confirmedBy(root, receipt), reason));
  } else if (receipt.isSuccess) {
    await closeAsMined(receipt, root, deps);
  } else {
    await reportRevert(receipt, mined, root, deps);
  }
}

async function closeAsMined(receipt: SubmissionReceipt, root: RootRecord, deps: TakeStepDeps): Promise<void> {
  const { outbox, epochs, nowMs, log } = deps;
  const { transactionHash, blockNumber, gasUsed } = receipt;
  const reason = `mined in L1 block ${blockNumber}`;
  // The epoch first: a closed root is not checked again.
  await epochs.advance(root.epochId, root.rangeId, 'proven', { transactionHash, reason });
  const closed = await outbox.replace(asClosed(root, 'mined', confirmedBy(root, receipt), reason, nowMs()));
  if (closed !== undefined)
    log.info({ ...aboutRoot(root), transactionHash, blockNumber, gasUsed }, 'the epoch is proven on L1');
}

async function reportRevert(
  receipt: SubmissionReceipt,
  mined: Submission | undefined,
  root: RootRecord,
  deps: TakeStepDeps,
): Promise<void> {
  const why = cutText(await whyReverted(receipt, mined, root, deps), WHY_LENGTH);
  const reason = `${receipt.transactionHash} reverted in L1 block ${receipt.blockNumber}: ${why}; it is sent again`;
  if ((await deps.outbox.replace(asWaiting(root, confirmedBy(root, receipt), reason))) === undefined) return;
  deps.log.warn({ ...aboutRoot(root), transactionHash: receipt.transactionHash, why }, 'L1 reverted the root');
  await deps.incidents.report({ kind: 'submission', subject: aboutEpoch(root.epochId), message: reason });
}

/** Repeats the call on the state after the block. */
async function whyReverted(
  { gasUsed, blockNumber }: SubmissionReceipt,
  mined: Submission | undefined,
  root: RootRecord,
  { reader }: TakeStepDeps,
): Promise<string> {
  if (mined !== undefined && gasUsed >= BigInt(mined.gasLimit)) return `it ran out of gas, all ${gasUsed}`;
  const account: Hex | undefined = mined?.from;
  try {
    await reader.call({ ...(account && { account }), to: root.to, data: root.data, blockNumber: BigInt(blockNumber) });
    return 'the same call does not revert after that block';
  } catch (error) {
    return revertReason(error) ?? `cannot read the reason: ${describeError(error)}`;
  }
}

async function drop(
  { reason }: StepOf<'drop'>,
  root: RootRecord,
  { outbox, incidents, log }: TakeStepDeps,
): Promise<void> {
  if ((await outbox.replace(asWaiting(root, allDropped(root), reason))) === undefined) return;
  log.warn({ ...aboutRoot(root), reason }, 'the root lost its nonce');
  await incidents.report({ kind: 'submission', subject: aboutEpoch(root.epochId), message: reason });
}

async function giveUp({ death }: StepOf<'give-up'>, root: RootRecord, deps: TakeStepDeps): Promise<void> {
  const { outbox, epochs, incidents, log } = deps;
  const { epochState, reason } = death;
  await epochs.advance(root.epochId, root.rangeId, epochState, { reason });
  const closed = asClosed(root, 'expired', allDropped(root), reason, deps.nowMs());
  if ((await outbox.replace(closed)) === undefined) return;
  log.warn({ ...aboutRoot(root), epochState, reason }, 'the root will not be submitted');
  await incidents.report({ kind: 'submission', subject: aboutEpoch(root.epochId), message: `given up: ${reason}` });
}

function namesOf({ transactionHash, nonce, maxFeePerGasWei, maxPriorityFeePerGasWei }: Submission): object {
  return { transactionHash, nonce, maxFeePerGasWei, maxPriorityFeePerGasWei };
}
