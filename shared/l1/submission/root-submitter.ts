import { setTimeout as sleep } from 'node:timers/promises';

import { BaseError, isAddressEqual } from 'viem';

import type { DecisionLog } from '../../ledger/decision-log.ts';
import type { EpochLedger } from '../../ledger/epoch-ledger.ts';
import type { IncidentLog } from '../../ledger/incident-log.ts';
import type { Outbox, RootRecord } from '../../ledger/outbox.ts';
import type { EpochNumber } from '../../proving-job/proving-job-id.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { decideSubmission, type SubmissionStep, type Wait, type WaitCause } from './decide-submission.ts';
import { CallRevertedError, MalformedRootCallError, PublisherKeyUnusableError } from '../errors.ts';
import type { L1Client } from '../l1-client.ts';
import { type L1View, liveSubmissions } from './l1-view.ts';
import type { PublisherAccount } from '../publisher/publisher-account.ts';
import { readL1View } from './read-l1-view.ts';
import { describeError } from '../revert-reason.ts';
import { SubmissionNotes } from './submission-notes.ts';
import type { SubmissionPolicy } from './submission-policy.ts';
import { takeStep } from './take-step.ts';
import { takesOf, type TakesRoot } from './takes-root.ts';
import { watchMinedRoots } from './watch-mined-roots.ts';
import { type Weighing, weighedStep, weighSubmission } from './weigh-submission.ts';

/** A reason that only differs in its numbers is stored this often at most. */
const REASON_REFRESH_MS = 30_000;
/** How long a stop waits for a request to L1 that is under way. Whatever is cut off is taken up by the next submitter. */
const STOP_GRACE_MS = 3_000;
/** Waits that are in the order of things; the others are for an operator to see. */
const ORDINARY_WAITS: readonly WaitCause[] = ['account-busy', 'confirmations', 'pending', 'previous-epoch'];

export interface RootSubmitterDeps {
  readonly outbox: Outbox;
  readonly epochs: EpochLedger;
  readonly incidents: IncidentLog;
  readonly decisions: Pick<DecisionLog, 'record'>;
  readonly l1: L1Client;
  readonly account: PublisherAccount;
  readonly policy: SubmissionPolicy;
  /** Unix time in milliseconds. */
  readonly nowMs: () => number;
  readonly log: Logger;
  /** Whose roots it submits; the others are left alone. @default those for Aztec's rollup */
  readonly takes?: TakesRoot;
  /** Tells this submitter from the others that take roots from the same outbox. */
  readonly submitterId: string;
}

/**
 * Takes root proofs from the outbox to L1: each by one transaction, however many submitters run and whenever one is killed.
 *
 * All that matters is in the outbox, where every change is made only if nobody else made one: a transaction is stored,
 * signed, before it is sent. A lease keeps submitters out of each other's way; nothing depends on it.
 */
export class RootSubmitter {
  readonly #deps: RootSubmitterDeps;
  readonly #notes = new Map<EpochNumber, SubmissionNotes>();
  #watchedAtMs = 0;

  constructor(deps: RootSubmitterDeps) {
    this.#deps = deps;
  }

  /**
   * Looks at every open root once and takes its next step. What L1 or one root has against it stops no other root.
   * Answers whether it found nothing to do: no root is open, or other submitters are at work on all that are.
   * @throws {PublisherKeyUnusableError} at the end, when a root needed a signature and there was none to be had
   */
  async tick(): Promise<boolean> {
    const open = (await this.#deps.outbox.open()).filter(takesOf(this.#deps));
    const epochs = new Set(open.map(({ epoch }) => epoch));
    for (const epoch of this.#notes.keys()) if (!epochs.has(epoch)) this.#notes.delete(epoch);
    const isIdle = open.every((root) => this.#isAnothers(root));
    const keyFailures: PublisherKeyUnusableError[] = [];
    for (const root of open) {
      await this.#look(root).catch((error: unknown) => {
        if (!(error instanceof PublisherKeyUnusableError)) throw error;
        keyFailures.push(error);
      });
    }
    await this.#watchMined();
    const [keyFailure] = keyFailures;
    if (keyFailure !== undefined) throw keyFailure;
    return isIdle;
  }

  /** Ticks until the signal, then lets go of its roots. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#tickUntil(signal);
  }

  /**
   * Ticks until it finds nothing to do, or until the signal; then lets go of its roots.
   * @throws what the last tick failed with
   */
  async runUntilIdle(signal: AbortSignal): Promise<void> {
    const idle = new AbortController();
    const failure = await this.#tickUntil(AbortSignal.any([signal, idle.signal]), () => idle.abort());
    if (failure !== undefined) throw failure.error;
  }

  async #tickUntil(signal: AbortSignal, whenIdle?: () => void): Promise<{ readonly error: unknown } | undefined> {
    const { policy, log } = this.#deps;
    let lastFailure: { readonly error: unknown } | undefined;
    const isStopped = stopped(signal);
    while (!signal.aborted) {
      const tick = this.tick().then(
        (isIdle) => {
          lastFailure = undefined;
          if (isIdle) whenIdle?.();
        },
        (error: unknown) => {
          const isNew = lastFailure === undefined || describeError(error) !== describeError(lastFailure.error);
          if (isNew && !signal.aborted) log.error({ err: error }, 'the outbox cannot be worked on');
          lastFailure = { error };
        },
      );
      await Promise.race([tick, isStopped]);
      await sleep(policy.checkIntervalSeconds * 1000, undefined, { signal }).catch(() => undefined);
    }
    await this.#releaseAll();
    return lastFailure;
  }

  async #look(stored: RootRecord): Promise<void> {
    const notes = this.#notesOf(stored.epoch);
    const root = await this.#lease(stored);
    if (root === undefined) return;
    try {
      const blockNumber = await this.#deps.l1.getBlockNumber();
      if (notes.isIdle(root, blockNumber, this.#deps.nowMs())) return;
      const view = await readL1View(root, { ...this.#deps, address: this.#deps.account.address });
      const step = await this.#decide(root, view, notes);
      if (step.do === 'wait') await this.#wait(root, step, notes, blockNumber);
      else await this.#take(step, root, view.sender.balanceWei, notes);
    } catch (error) {
      await this.#afterFailure(error, root, notes);
    }
  }

  /** The root, for this submitter to work on; `undefined` while another does. */
  async #lease(root: RootRecord): Promise<RootRecord | undefined> {
    const { outbox, policy, submitterId, nowMs } = this.#deps;
    const leaseMs = policy.leaseSeconds * 1000;
    if (this.#isAnothers(root)) return undefined;
    const leftMs = (root.submitterUntilMs ?? 0) - nowMs();
    if (root.submitterId === submitterId && leftMs > leaseMs / 2) return root;
    return await outbox.replace({ ...root, submitterId, submitterUntilMs: nowMs() + leaseMs });
  }

  #isAnothers({ submitterId, submitterUntilMs = 0 }: RootRecord): boolean {
    return submitterId !== this.#deps.submitterId && submitterUntilMs > this.#deps.nowMs();
  }

  async #decide(root: RootRecord, view: L1View, notes: SubmissionNotes): Promise<SubmissionStep> {
    const { policy, account } = this.#deps;
    const nowMs = this.#deps.nowMs();
    notes.noteStanding(view.verdict, nowMs);
    const busyWith = await this.#busyWith(root);
    const { address } = account;
    const step = decideSubmission({ root, view, policy, nowMs, address, busyWith, memory: notes.memory });
    if (step.do !== 'submit' || liveSubmissions(root).length > 0) return step;
    const weighing = weighSubmission(root, view.market, policy, view.blockAtMs);
    await this.#noteWeighing(root, weighing, notes);
    return weighedStep(step, weighing);
  }

  /** Keeps what was decided, once for as long as it is decided so. */
  async #noteWeighing({ epoch }: RootRecord, weighing: Weighing, notes: SubmissionNotes): Promise<void> {
    if (notes.weighed === weighing.choice) return;
    const { choice, costWei, rewardWei, reason } = weighing;
    const { decisions, nowMs, log } = this.#deps;
    const decision = {
      kind: 'submission',
      atMs: nowMs(),
      epoch,
      choice,
      costWei: costWei.toString(),
      ...(rewardWei !== undefined && { rewardWei: rewardWei.toString() }),
      reason,
    } as const;
    // For people alone: no root waits for it.
    await decisions
      .record(decision)
      .catch((error: unknown) => log.warn({ err: error, epoch }, 'a decision was not kept'));
    notes.weighed = choice;
  }

  /** A transaction of the account for another root of ours: nonces are mined in their order, so it goes first anyway. */
  async #busyWith(root: RootRecord): Promise<{ readonly epoch: number; readonly nonce: number } | undefined> {
    // Those of others may be on another chain, where the account has other nonces.
    for (const other of (await this.#deps.outbox.open()).filter(takesOf(this.#deps))) {
      const live = liveSubmissions(other).at(-1);
      if (other.epoch === root.epoch || live === undefined) continue;
      if (isAddressEqual(live.from, this.#deps.account.address)) {
        return { epoch: other.epoch, nonce: live.nonce };
      }
    }
    return undefined;
  }

  async #take(
    step: Exclude<SubmissionStep, Wait>,
    root: RootRecord,
    balanceWei: bigint,
    notes: SubmissionNotes,
  ): Promise<void> {
    const { broadcast, wait } = await takeStep(step, root, balanceWei, this.#deps);
    if (broadcast !== undefined) notes.noteBroadcast(broadcast);
    if (step.do === 'submit') notes.noteTrialRun('passed', this.#deps.policy, this.#deps.nowMs());
    if (wait === undefined) notes.said = undefined;
    else await this.#wait(root, wait, notes);
  }

  async #afterFailure(error: unknown, root: RootRecord, notes: SubmissionNotes): Promise<void> {
    if (error instanceof MalformedRootCallError) {
      const death = { epochState: 'failed', reason: error.message } as const;
      await this.#take({ do: 'give-up', death }, root, 0n, notes);
    } else if (error instanceof CallRevertedError) {
      notes.noteTrialRun('reverted', this.#deps.policy, this.#deps.nowMs());
      const reason = `a trial run reverts, so nothing was sent: ${error.reason}; it is tried again until the window closes`;
      await this.#wait(root, { do: 'wait', cause: 'would-revert', reason }, notes);
    } else if (error instanceof PublisherKeyUnusableError) {
      await this.#wait(root, { do: 'wait', cause: 'cannot-sign', reason: error.message }, notes);
      throw error;
    } else if (error instanceof BaseError) {
      const reason = `L1 could not be asked: ${describeError(error)}`;
      await this.#wait(root, { do: 'wait', cause: 'l1-silent', reason }, notes);
    } else {
      throw error;
    }
  }

  /** Keeps the reason in the record, and tells of it in the log when it is a new one. */
  async #wait(
    root: RootRecord,
    { cause, reason, againAtMs }: Wait,
    notes: SubmissionNotes,
    blockNumber?: bigint,
  ): Promise<void> {
    const { outbox, log, nowMs, policy, submitterId } = this.#deps;
    const isNew = notes.said?.cause !== cause;
    let { version } = root;
    if (root.reason !== reason && (isNew || nowMs() - (notes.said?.atMs ?? 0) >= REASON_REFRESH_MS)) {
      // A step that was under way may have changed the record: what it wrote stays.
      const current = await outbox.find(root.epoch);
      if (current?.submitterId !== submitterId) return;
      const stored = await outbox.replace({ ...current, reason });
      if (stored === undefined) return;
      version = stored.version;
      notes.said = { cause, atMs: nowMs() };
    }
    if (isNew) {
      const level = ORDINARY_WAITS.includes(cause) ? 'info' : 'warn';
      log[level]({ epoch: root.epoch, cause, reason }, 'the root waits');
      notes.said = { cause, atMs: nowMs() };
    }
    // What another root waits for may come about without a block.
    if (blockNumber === undefined || cause === 'account-busy') return;
    const untilMs = Math.min(againAtMs ?? Infinity, nowMs() + policy.stallSeconds * 1000);
    notes.rest({ blockNumber, version, untilMs });
  }

  async #watchMined(): Promise<void> {
    const { policy, nowMs, log } = this.#deps;
    if (nowMs() - this.#watchedAtMs < policy.l1SlotSeconds * 1000) return;
    this.#watchedAtMs = nowMs();
    try {
      await watchMinedRoots(this.#deps);
    } catch (error) {
      if (!(error instanceof BaseError)) throw error;
      log.debug({ reason: describeError(error) }, 'mined roots could not be looked for on L1');
    }
  }

  async #releaseAll(): Promise<void> {
    const { outbox, submitterId } = this.#deps;
    for (const root of await outbox.open()) {
      if (root.submitterId !== submitterId) continue;
      const { submitterId: _id, submitterUntilMs: _until, ...released } = root;
      await outbox.replace(released);
    }
  }

  #notesOf(epoch: EpochNumber): SubmissionNotes {
    let notes = this.#notes.get(epoch);
    if (notes === undefined) {
      notes = new SubmissionNotes();
      this.#notes.set(epoch, notes);
    }
    return notes;
  }
}

/** Resolves some time after the signal. */
function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const afterGrace = (): void => void setTimeout(resolve, STOP_GRACE_MS).unref();
    if (signal.aborted) afterGrace();
    else signal.addEventListener('abort', afterGrace, { once: true });
  });
}
