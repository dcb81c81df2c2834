import { formatGwei, type Hex, isAddressEqual } from 'viem';

import type { RootRecord, Submission } from '../../ledger/outbox.ts';
import { type Fees, firstFees, isBelowMarket, marketPriceWei, replacementFees } from './fees.ts';
import { type L1View, liveSubmissions, type SubmissionReceipt } from './l1-view.ts';
import type { Verdict } from '../verdict/root-verdict.ts';
import type { SubmissionPolicy } from './submission-policy.ts';

export type WaitCause =
  | 'account-busy'
  | 'cannot-sign'
  | 'checkpoints-gone'
  | 'confirmations'
  | 'fee-cap'
  | 'l1-silent'
  | 'low-balance'
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
  /** Why, and what would end it, for the operator. */
  readonly reason: string;
  /** When to look again though L1 has no new block. */
  readonly againAtMs?: number;
}

type Death = Extract<Verdict, { standing: 'dead' }> | { readonly epochState: 'failed'; readonly reason: string };

/** The next step for a root. */
export type SubmissionStep =
  | Wait
  /** Sign a transaction that submits the root, or replaces the one with the same nonce. */
  | { readonly do: 'submit'; readonly nonce: number; readonly fees: Fees }
  /** Sign one that only takes the nonce, so that what was sent before cannot be mined any more. */
  | { readonly do: 'cancel'; readonly nonce: number; readonly fees: Fees; readonly death: Death }
  /** Send what is signed, once more. */
  | { readonly do: 'broadcast'; readonly submission: Submission }
  /** One of the transactions is mined, for good. */
  | { readonly do: 'confirm'; readonly receipt: SubmissionReceipt }
  /** Another transaction of the account has taken the nonce, for good. */
  | { readonly do: 'drop'; readonly reason: string }
  /** The root can do no more, and nothing of it is under way. */
  | { readonly do: 'give-up'; readonly death: Death };

/** What a submitter remembers of a root between two looks. To lose it costs a look, and nothing else. */
export interface SubmissionMemory {
  /** When the root's checkpoints were first missed on L1. */
  readonly goneSinceMs?: number | undefined;
  /** A trial run failed: not before this. */
  readonly retryAtMs?: number | undefined;
  readonly broadcast?: Broadcast | undefined;
}

/** What came of sending a transaction. */
export interface Broadcast {
  readonly hash: Hex;
  /** When a node first took it from this submitter. */
  readonly sinceMs: number;
  /** When it was last sent. */
  readonly atMs: number;
  /** What the node had against it, the last time. */
  readonly refusal?: Refusal;
}

export interface Refusal {
  /** Higher fees would change its mind. */
  readonly isAboutFees: boolean;
  readonly message: string;
}

export interface SubmissionSituation {
  readonly root: RootRecord;
  readonly view: L1View;
  readonly policy: SubmissionPolicy;
  readonly nowMs: number;
  /** Whose key the submitter has. */
  readonly address: Hex;
  /** Another root of this account with a transaction under way. */
  readonly busyWith?: { readonly epoch: number; readonly nonce: number } | undefined;
  readonly memory: SubmissionMemory;
}

/** Decides the next step for a root, from its record and what L1 shows: never a second nonce while one may be mined. */
export function decideSubmission(situation: SubmissionSituation): SubmissionStep {
  const { root, view } = situation;
  const newest = liveSubmissions(root).at(-1);
  const receipt = view.receipts.find((found) => isProof(found, root)) ?? view.receipts[0];
  if (receipt !== undefined) return settleWhenDeep(receipt, situation);
  if (newest !== undefined && view.sender.confirmedNonce > newest.nonce) return dropWhenDeep(newest, situation);

  const { verdict } = view;
  const death = deathOf(verdict, situation);
  if (death !== undefined) return newest === undefined ? { do: 'give-up', death } : cancel(newest, death, situation);
  if (verdict.standing === 'gone') {
    const { policy, memory, nowMs } = situation;
    const failsAtMs = (memory.goneSinceMs ?? nowMs) + policy.reorgPatienceSeconds * 1000;
    const patience = `the epoch fails when they are not back within ${policy.reorgPatienceSeconds} s`;
    return wait('checkpoints-gone', `${verdict.reason}; ${patience}`, failsAtMs);
  }
  return newest === undefined ? submitFirst(situation) : tend(newest, situation);
}

function isProof({ isSuccess, transactionHash }: SubmissionReceipt, root: RootRecord): boolean {
  return isSuccess && root.submissions.some((one) => one.transactionHash === transactionHash && !one.cancels);
}

function settleWhenDeep(receipt: SubmissionReceipt, { view, policy }: SubmissionSituation): SubmissionStep {
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
  if (view.sender.settledNonce > newest.nonce) {
    return { do: 'drop', reason: `${taken}: use the publisher's key for nothing else; the root is sent again` };
  }
  return wait('nonce-taken', `${taken}; once that is settled on L1 the root is sent with a new one`);
}

function deathOf(verdict: Verdict, { memory, nowMs, policy }: SubmissionSituation): Death | undefined {
  if (verdict.standing === 'dead') return verdict;
  const isLost =
    verdict.standing === 'gone' && nowMs - (memory.goneSinceMs ?? nowMs) >= policy.reorgPatienceSeconds * 1000;
  return isLost ? { epochState: 'failed', reason: verdict.reason } : undefined;
}

/** Takes the nonce away from a transaction that could only cost gas now, and hold up the account. */
function cancel(newest: Submission, death: Death, situation: SubmissionSituation): SubmissionStep {
  const { view, policy, address } = situation;
  if (!isAddressEqual(newest.from, address)) {
    // Nobody here can cancel it. After the window it can only revert, so nothing is lost by forgetting it.
    if (death.epochState === 'expired') return { do: 'give-up', death };
    return wait('other-key', `${death.reason}; its transaction ${newest.transactionHash} was signed by ${newest.from}`);
  }
  if (newest.cancels && !isStuck(newest, situation)) return resendOrWait(newest, situation);
  const fees = replacementFees(feesOf(newest), view.market, policy);
  if (fees !== undefined) return { do: 'cancel', nonce: newest.nonce, fees, death };
  return wait('fee-cap', `${death.reason}; to cancel ${newest.transactionHash} would cost more than ${cap(policy)}`);
}

function submitFirst(situation: SubmissionSituation): SubmissionStep {
  const { root, view, policy, nowMs, busyWith, memory } = situation;
  const { verdict, sender, market } = view;
  const retryAtMs = Math.max(memory.retryAtMs ?? 0, afterReverts(root, policy));
  if (nowMs < retryAtMs) {
    return wait('retry', root.reason ?? `it is tried again at ${new Date(retryAtMs).toISOString()}`, retryAtMs);
  }
  if (verdict.standing === 'alive' && verdict.waitsFor !== undefined) return wait('previous-epoch', verdict.waitsFor);
  if (busyWith !== undefined) {
    return wait('account-busy', `the transaction of epoch ${busyWith.epoch}, nonce ${busyWith.nonce}, goes first`);
  }
  if (view.blockAtMs + policy.l1SlotSeconds * 1000 >= root.deadlineAtMs) {
    return wait('too-late', 'no L1 block before the end of the proof window is left for it');
  }
  const fees = firstFees(market, policy);
  if (fees === undefined) return waitForFees(situation);
  // What waits at the node goes first; it is not ours, or it would be in a record.
  return { do: 'submit', nonce: Math.max(sender.confirmedNonce, sender.pendingNonce), fees };
}

/** Sees to it that what was sent is mined: sent again when no node has it, replaced when it is stuck. */
function tend(newest: Submission, situation: SubmissionSituation): SubmissionStep {
  const { root, view, policy, address } = situation;
  if (!isAddressEqual(newest.from, address) || (!newest.cancels && !isStuck(newest, situation)))
    return resendOrWait(newest, situation);
  if (newest.nonce > view.sender.confirmedNonce) {
    const before = `nonce ${view.sender.confirmedNonce} of ${newest.from}`;
    return wait('pending', `${newest.transactionHash} waits behind ${before}, which another program must get mined`);
  }
  const speedUps = liveSubmissions(root).length - 1;
  const isPatient = speedUps >= policy.maxSpeedUps && !isBelowMarket(feesOf(newest), view.market);
  if (isPatient && !newest.cancels) return resendOrWait(newest, situation);
  const fees = replacementFees(feesOf(newest), view.market, policy);
  if (fees !== undefined) return { do: 'submit', nonce: newest.nonce, fees };
  const offer = `${newest.transactionHash} is stuck at up to ${gwei(newest.maxFeePerGasWei)}`;
  return wait(
    'fee-cap',
    `${offer}, and nodes take no replacement that offers at most ${cap(policy)} (L1_GAS_PRICE_MAX)`,
  );
}

function resendOrWait(newest: Submission, situation: SubmissionSituation): SubmissionStep {
  const { view, policy, nowMs, memory } = situation;
  const last = lastBroadcast(newest, memory);
  const stallMs = policy.stallSeconds * 1000;
  const isDue = last === undefined || nowMs - last.atMs >= stallMs;
  if (!view.isNewestKnown && isDue) return { do: 'broadcast', submission: newest };
  if (last?.refusal !== undefined && !view.isNewestKnown) {
    return wait('refused-by-node', `L1 refuses ${newest.transactionHash}: ${last.refusal.message}`);
  }
  const offer = gwei(newest.maxFeePerGasWei);
  const sent = `${newest.transactionHash} is sent with nonce ${newest.nonce} at up to ${offer}`;
  const due = [newest.signedAtMs, last?.sinceMs ?? 0, last?.atMs ?? 0]
    .map((atMs) => atMs + stallMs)
    .filter((atMs) => atMs > nowMs);
  return wait('pending', `${sent} and not mined yet`, due.length === 0 ? undefined : Math.min(...due));
}

function isStuck(newest: Submission, { view, policy, nowMs, memory }: SubmissionSituation): boolean {
  const last = lastBroadcast(newest, memory);
  const stallMs = policy.stallSeconds * 1000;
  // From when a node had it: what was signed before an outage of L1 is not stuck the moment it is sent.
  if (view.isNewestKnown) return nowMs - (last?.sinceMs ?? newest.signedAtMs) >= stallMs;
  if (last?.refusal !== undefined) return last.refusal.isAboutFees;
  // Some nodes take transactions and show none that waits. It is sent again first, in case it was forgotten.
  return last !== undefined && nowMs - last.sinceMs >= 2 * stallMs;
}

function lastBroadcast(newest: Submission, { broadcast }: SubmissionMemory): Broadcast | undefined {
  return broadcast?.hash === newest.transactionHash ? broadcast : undefined;
}

function waitForFees({ view, policy }: SubmissionSituation): SubmissionStep {
  const price = gwei(marketPriceWei(view.market, policy));
  return wait('fee-cap', `L1 asks ${price} for gas, the most that may be offered is ${cap(policy)} (L1_GAS_PRICE_MAX)`);
}

/** After each revert that cost gas the pause doubles. */
function afterReverts(root: RootRecord, policy: SubmissionPolicy): number {
  const reverted = root.submissions.filter(({ outcome }) => outcome === 'reverted');
  const last = reverted.at(-1);
  return last === undefined ? 0 : last.signedAtMs + backoffMs(reverted.length, policy);
}

/** The pause after the `failures`th failure in a row, from 1. */
export function backoffMs(failures: number, { retrySeconds }: SubmissionPolicy): number {
  return Math.min(retrySeconds.first * 2 ** (failures - 1), retrySeconds.most) * 1000;
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
