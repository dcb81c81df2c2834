import { formatGwei, type Hex, isAddressEqual } from 'viem';

import type { RootRecord, Submission } from '../../ledger/outbox.ts';
import { type Fees, firstFees, isBelowMarket, marketPriceWei, replacementFees } from './fees.ts';
import { type RootView, liveSubmissions, type SubmissionReceipt } from './root-view.ts';
import type { EpochId } from '../../proving-job/epoch-id.ts';
import { nameEpoch } from '../../proving-job/name-epoch.ts';
import { backoffMs } from '../../retry/backoff.ts';
import type { Verdict } from '../verdict/root-verdict.ts';
import type { SubmissionMemory } from './submission-memory.ts';
import type { SubmissionPolicy } from './submission-policy.ts';
import type { Broadcast, Death, SubmissionStep, Wait, WaitCause } from './submission-step.ts';

export interface SubmissionSituation {
  readonly root: RootRecord;
  readonly view: RootView;
  readonly policy: SubmissionPolicy;
  readonly nowMs: number;
  /** The account whose key the submitter has. */
  readonly address: Hex;
  /** Another root of this account that has a pending transaction. */
  readonly busyWith?: { readonly epochId: EpochId; readonly nonce: number } | undefined;
  /** What the submitter remembers of the root. */
  readonly memory: Readonly<Partial<Pick<SubmissionMemory, 'broadcast' | 'goneSinceMs' | 'retryAtMs'>>>;
}

/** Decides the next step for a root from its record and what L1 shows: never a second nonce while one may still be mined. */
export function decideSubmission(situation: SubmissionSituation): SubmissionStep {
  const { root, view } = situation;
  const newest = liveSubmissions(root).at(-1);
  const receipt = view.receipts.find((found) => isProof(found, root)) ?? view.receipts[0];
  if (receipt !== undefined) return confirmWhenDeep(receipt, situation);
  if (newest !== undefined && view.sender.latestNonce > newest.nonce) return dropWhenDeep(newest, situation);

  const { verdict } = view;
  const death = deathOf(verdict, situation);
  if (death !== undefined) {
    return newest === undefined || isOver(newest, death, situation)
      ? { do: 'give-up', death }
      : cancel(newest, death, situation);
  }
  if (verdict.standing === 'gone') {
    const { policy, memory, nowMs } = situation;
    const failsAtMs = (memory.goneSinceMs ?? nowMs) + policy.reorgPatienceSeconds * 1000;
    const patience = `the epoch fails if they are not back within ${policy.reorgPatienceSeconds} s`;
    return wait('checkpoints-gone', `${verdict.reason}; ${patience}`, failsAtMs);
  }
  return newest === undefined ? submitFirst(situation) : tend(newest, situation);
}

function isProof({ isSuccess, transactionHash }: SubmissionReceipt, root: RootRecord): boolean {
  return isSuccess && root.submissions.some((one) => one.transactionHash === transactionHash && !one.cancels);
}

function confirmWhenDeep(receipt: SubmissionReceipt, { view, policy }: SubmissionSituation): SubmissionStep {
  const confirmations = Math.max(1, view.blockNumber - receipt.blockNumber + 1);
  if (confirmations >= policy.confirmations) return { do: 'confirm', receipt };
  const { transactionHash, blockNumber } = receipt;
  return wait(
    'confirmations',
    `${transactionHash} is in L1 block ${blockNumber} and has ${confirmations} of ${policy.confirmations} confirmations`,
  );
}

function dropWhenDeep(newest: Submission, { view }: SubmissionSituation): SubmissionStep {
  const taken = `another transaction of ${newest.from} has taken nonce ${newest.nonce}`;
  if (view.sender.confirmedNonce > newest.nonce) {
    return {
      do: 'drop',
      reason: `${taken}: use the publisher's key for nothing else; the root is sent again with a new nonce`,
    };
  }
  return wait('nonce-taken', `${taken}; once that is confirmed on L1, the root is sent with a new nonce`);
}

function deathOf(verdict: Verdict, { memory, nowMs, policy }: SubmissionSituation): Death | undefined {
  if (verdict.standing === 'dead') return verdict;
  const isLost =
    verdict.standing === 'gone' && nowMs - (memory.goneSinceMs ?? nowMs) >= policy.reorgPatienceSeconds * 1000;
  return isLost ? { epochState: 'failed', reason: verdict.reason } : undefined;
}

/**
 * Whether the window is over and the account need not wait for the transaction: no node has it, or none has shown for long what
 * became of it. Were it mined after all, it would only revert.
 */
function isOver(newest: Submission, death: Death, situation: SubmissionSituation): boolean {
  const { root, view, policy, nowMs, memory } = situation;
  if (death.epochState !== 'expired') return false;
  if (view.isStale === true) return nowMs >= root.deadlineAtMs + policy.reorgWatchSeconds * 1000;
  const isRefused = lastBroadcast(newest, memory)?.refusal !== undefined;
  return !view.isNewestKnown && (!newest.cancels || isRefused);
}

/** Uses up the nonce of a transaction that can now only cost gas and hold up the account. */
function cancel(newest: Submission, death: Death, situation: SubmissionSituation): SubmissionStep {
  const { view, policy, address } = situation;
  if (!isAddressEqual(newest.from, address)) {
    // Only its own signer could cancel it. After the window it can only revert, so nothing is lost by dropping it.
    if (death.epochState === 'expired') return { do: 'give-up', death };
    return wait('other-key', `${death.reason}; its transaction ${newest.transactionHash} was signed by ${newest.from}`);
  }
  const anew = feesAnew(newest, situation);
  if (newest.cancels && anew === undefined) {
    if (!isStuck(newest, situation)) return resendOrWait(newest, situation);
    const blocked = waitBehindForeign(newest, situation);
    if (blocked !== undefined) return blocked;
  }
  const fees = anew ?? replacementFees(feesOf(newest), view.market, policy);
  if (fees !== undefined) return { do: 'cancel', nonce: newest.nonce, fees, death };
  return wait(
    'fee-cap',
    `${death.reason}; cancelling ${newest.transactionHash} would cost more than ${cap(policy)} (L1_GAS_PRICE_MAX)`,
  );
}

function submitFirst(situation: SubmissionSituation): SubmissionStep {
  const { root, view, policy, nowMs, busyWith, memory } = situation;
  const { verdict, sender, market } = view;
  const retryAtMs = Math.max(memory.retryAtMs ?? 0, afterReverts(root, policy));
  if (nowMs < retryAtMs) {
    return wait('retry', root.reason ?? `retrying at ${new Date(retryAtMs).toISOString()}`, retryAtMs);
  }
  if (verdict.standing === 'alive' && verdict.waitsFor !== undefined) return wait('previous-epoch', verdict.waitsFor);
  if (busyWith !== undefined) {
    const other = nameEpoch(busyWith.epochId, [root.epochId]);
    return wait('account-busy', `the transaction of epoch ${other} (nonce ${busyWith.nonce}) goes first`);
  }
  if (view.blockAtMs + policy.l1SlotSeconds * 1000 >= root.deadlineAtMs) {
    return wait('too-late', 'no L1 block is left before the proof window closes');
  }
  const fees = firstFees(market, policy);
  if (fees === undefined) return waitForFees(situation);
  // Transactions pending at the node go first; they are not ours, or they would be in a record.
  return { do: 'submit', nonce: Math.max(sender.latestNonce, sender.pendingNonce), fees };
}

/** Gets a sent transaction mined: sends it again when no node has it, replaces it when it is stuck. */
function tend(newest: Submission, situation: SubmissionSituation): SubmissionStep {
  const { root, view, policy, address } = situation;
  if (!isAddressEqual(newest.from, address)) return resendOrWait(newest, situation);
  const anew = feesAnew(newest, situation);
  if (anew !== undefined) return { do: 'submit', nonce: newest.nonce, fees: anew };
  if (!newest.cancels && !isStuck(newest, situation)) return resendOrWait(newest, situation);
  const blocked = waitBehindForeign(newest, situation);
  if (blocked !== undefined) return blocked;
  const speedUps = liveSubmissions(root).length - 1;
  const isPatient = speedUps >= policy.maxSpeedUps && !isBelowMarket(feesOf(newest), view.market);
  if (isPatient && !newest.cancels) return resendOrWait(newest, situation);
  const fees = replacementFees(feesOf(newest), view.market, policy);
  if (fees !== undefined) return { do: 'submit', nonce: newest.nonce, fees };
  const offer = `${newest.transactionHash} is stuck at up to ${gwei(newest.maxFeePerGasWei)}`;
  return wait(
    'fee-cap',
    `${offer}, and nodes accept no replacement within the limit of ${cap(policy)} (L1_GAS_PRICE_MAX)`,
  );
}

/** No fee gets a transaction mined before one with a lower nonce. */
function waitBehindForeign(newest: Submission, { view }: SubmissionSituation): Wait | undefined {
  if (newest.nonce <= view.sender.latestNonce) return undefined;
  const before = `nonce ${view.sender.latestNonce} of ${newest.from}`;
  return wait(
    'nonce-blocked',
    `${newest.transactionHash} waits behind ${before}, which is not Coppice's: get that transaction mined or cancelled`,
  );
}

function resendOrWait(newest: Submission, situation: SubmissionSituation): SubmissionStep {
  const { view, policy, nowMs, memory } = situation;
  const last = lastBroadcast(newest, memory);
  const stallMs = policy.stallSeconds * 1000;
  const isDue = last === undefined || nowMs - last.atMs >= stallMs;
  if (!view.isNewestKnown && isDue) return { do: 'broadcast', submission: newest };
  if (last?.refusal !== undefined && !view.isNewestKnown) {
    return wait('refused-by-node', `the L1 node refuses ${newest.transactionHash}: ${last.refusal.message}`);
  }
  const offer = gwei(newest.maxFeePerGasWei);
  const sent = `${newest.transactionHash} was sent with nonce ${newest.nonce} at up to ${offer}`;
  const due = [newest.signedAtMs, last?.sinceMs ?? 0, last?.atMs ?? 0]
    .map((atMs) => atMs + stallMs)
    .filter((atMs) => atMs > nowMs);
  return wait('pending', `${sent} and is not mined yet`, due.length === 0 ? undefined : Math.min(...due));
}

function isStuck(newest: Submission, { view, policy, nowMs, memory }: SubmissionSituation): boolean {
  // It may be mined already: a silent L1 must not drive the fees up.
  if (view.isStale === true) return false;
  const last = lastBroadcast(newest, memory);
  const stallMs = policy.stallSeconds * 1000;
  // Counted from when a node had it: a transaction signed before an outage of L1 is not stuck the moment it is sent.
  if (view.isNewestKnown) return nowMs - (last?.sinceMs ?? newest.signedAtMs) >= stallMs;
  if (last?.refusal !== undefined) return last.refusal.isAboutFees && last.refusal.isTooMuch !== true;
  // Some nodes accept transactions but never show pending ones. It is sent again first, in case the node lost it.
  return last !== undefined && nowMs - last.sinceMs >= 2 * stallMs;
}

/**
 * The fees of now for a transaction that all nodes refuse, when they are clearly lower: no node has it, so none asks for more
 * than the last one offered. Used at once when it offers too much, and when it is due again if the cause is not its fees.
 */
function feesAnew(newest: Submission, situation: SubmissionSituation): Fees | undefined {
  const { view, policy, memory, nowMs } = situation;
  const { refusal, atMs = 0 } = lastBroadcast(newest, memory) ?? {};
  if (refusal === undefined || view.isNewestKnown || view.isStale === true) return undefined;
  const isOther = !refusal.isAboutFees && nowMs - atMs >= policy.stallSeconds * 1000;
  if (refusal.isTooMuch !== true && !isOther) return undefined;
  const fees = firstFees(view.market, policy);
  const isClearlyLower = fees !== undefined && fees.maxFeePerGasWei * 4n <= BigInt(newest.maxFeePerGasWei) * 3n;
  return isClearlyLower ? fees : undefined;
}

function lastBroadcast(newest: Submission, { broadcast }: SubmissionSituation['memory']): Broadcast | undefined {
  return broadcast?.hash === newest.transactionHash ? broadcast : undefined;
}

function waitForFees({ view, policy }: SubmissionSituation): SubmissionStep {
  const price = gwei(marketPriceWei(view.market, policy));
  return wait('fee-cap', `gas on L1 costs ${price}, above the limit of ${cap(policy)} (L1_GAS_PRICE_MAX)`);
}

/** Each revert that cost gas doubles the pause. */
function afterReverts(root: RootRecord, policy: SubmissionPolicy): number {
  const reverted = root.submissions.filter(({ outcome }) => outcome === 'reverted');
  const last = reverted.at(-1);
  return last === undefined ? 0 : last.signedAtMs + backoffMs(reverted.length, policy.retry);
}

function feesOf(submission: Submission): Fees {
  return {
    maxFeePerGasWei: BigInt(submission.maxFeePerGasWei),
    maxPriorityFeePerGasWei: BigInt(submission.maxPriorityFeePerGasWei),
  };
}

function cap(policy: SubmissionPolicy): string {
  return gwei(policy.maxFeePerGasWei);
}

function gwei(wei: bigint | string): string {
  return `${formatGwei(BigInt(wei))} gwei`;
}

function wait(cause: WaitCause, reason: string, againAtMs?: number): Wait {
  return { do: 'wait', cause, reason, ...(againAtMs !== undefined && { againAtMs }) };
}
