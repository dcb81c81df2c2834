import { BaseError, isAddressEqual } from 'viem';

import type { DecisionLog } from '../../ledger/decision-log.ts';
import type { EpochLedger } from '../../ledger/epoch-ledger.ts';
import type { IncidentLog } from '../../ledger/incident-log.ts';
import type { Outbox, RootRecord } from '../../ledger/outbox.ts';
import { reportRivalProof } from '../../ledger/rival-proof.ts';
import type { EpochId } from '../../proving-job/epoch-id.ts';
import { pause } from '../../retry/pause.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { aboutRoot } from './about-root.ts';
import { decideSubmission, type SubmissionSituation } from './decide-submission.ts';
import { CallRevertedError, MalformedRootCallError, PublisherKeyUnusableError } from '../errors.ts';
import type { L1Clock } from '../l1-clock.ts';
import type { L1Client, L1Reader } from '../l1-client.ts';
import { describeLag, type L1Head, type L1Heads, readHeads } from '../l1-heads.ts';
import { type RootView, liveSubmissions } from './root-view.ts';
import type { PublisherAccount } from '../publisher/publisher-account.ts';
import { readRootView } from './read-root-view.ts';
import { describeError } from '../revert-reason.ts';
import { withReason } from './root-changes.ts';
import { SubmissionMemory } from './submission-memory.ts';
import type { SubmissionPolicy } from './submission-policy.ts';
import type { SubmissionStep, Wait, WaitCause } from './submission-step.ts';
import { takeStep } from './take-step.ts';
import { watchMinedRoots } from './watch-mined-roots.ts';
import { type Weighing, weighedStep, weighSubmission } from './weigh-submission.ts';

/** A reason that differs only in its numbers is stored at most this often. */
const REASON_REFRESH_MS = 30_000;
/** How long a stop waits for a pending request to L1. The next submitter takes up whatever is cut off. */
const STOP_GRACE_MS = 3_000;
/** Waits that are part of normal operation; the others are worth a warning. */
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
  /** L1's time, so that no root expires because a machine's clock is wrong. @default this machine's clock alone */
  readonly clock?: L1Clock | undefined;
  readonly log: Logger;
  /**
   * Whether a root is this submitter's: roots for several chains and contracts may share an outbox, and a submitter has one
   * L1 and one key. @default roots for Aztec's rollup
   */
  readonly takes?: (root: RootRecord) => boolean;
  /** Distinguishes this submitter from others that work on the same outbox. */
  readonly submitterId: string;
}

/**
 * Brings root proofs from the outbox to L1, each in one transaction, however many submitters run and whenever one is killed.
 *
 * All state that matters is in the outbox, where each change is written only if no other submitter made one first: a signed
 * transaction is stored before it is sent. A lease keeps submitters from duplicating work; correctness does not depend on it.
 */
export class RootSubmitter {
  readonly #deps: RootSubmitterDeps & Required<Pick<RootSubmitterDeps, 'takes'>>;
  readonly #memories = new Map<EpochId, SubmissionMemory>();
  #watchedAtMs = 0;
  #laggingHosts = '';

  constructor(deps: RootSubmitterDeps) {
    this.#deps = { takes: ({ contract }) => contract === 'aztec-rollup', ...deps };
  }

  /** The open roots that are this submitter's. */
  async openRoots(): Promise<readonly RootRecord[]> {
    return (await this.#deps.outbox.open()).filter(this.#deps.takes);
  }

  /**
   * Checks every open root once and takes its next step. A root that cannot go on holds up no other root.
   * @returns whether there was nothing to do: no root is open, or other submitters are working on all open ones
   * @throws at the end, what the first root threw that failed: {PublisherKeyUnusableError} when the key could not sign, or
   * what the ledger throws
   */
  async tick(): Promise<boolean> {
    const open = await this.openRoots();
    const epochIds = new Set(open.map(({ epochId }) => epochId));
    for (const id of this.#memories.keys()) if (!epochIds.has(id)) this.#memories.delete(id);
    const isIdle = open.every((root) => this.#isAnothers(root));
    const heads = this.#headsOnce();
    const failures: unknown[] = [];
    for (const root of open) await this.#advance(root, heads).catch((error: unknown) => failures.push(error));
    await this.#watchMined(heads);
    if (failures.length > 0) throw failures[0];
    return isIdle;
  }

  /** Reads the heads of L1 when they are first needed, and the same ones for the rest of the tick. */
  #headsOnce(): () => Promise<L1Heads> {
    let reading: Promise<L1Heads> | undefined;
    return async () => await (reading ??= this.#readHeads());
  }

  async #readHeads(): Promise<L1Heads> {
    const { l1, nowMs, clock, log } = this.#deps;
    const heads = await readHeads(l1, clock?.l1NowMs() ?? nowMs());
    clock?.observe(heads.usable);
    const hosts = heads.laggingHosts.join(', ');
    if (hosts !== this.#laggingHosts) {
      if (hosts !== '') log.warn({ hosts: heads.laggingHosts }, describeLag(heads));
      this.#laggingHosts = hosts;
    }
    return heads;
  }

  /** Ticks until the signal aborts, then releases its roots. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#tickUntil(signal);
  }

  /**
   * Ticks until there is nothing to do or the signal aborts, then releases its roots.
   * @throws the error of the last tick, if it failed
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
          if (isNew && !signal.aborted) log.error({ err: error }, 'cannot work on the outbox; trying again');
          lastFailure = { error };
        },
      );
      await Promise.race([tick, isStopped]);
      await pause(policy.checkIntervalSeconds * 1000, signal);
    }
    await this.#releaseAll();
    return lastFailure;
  }

  async #advance(stored: RootRecord, readHeadsOnce: () => Promise<L1Heads>): Promise<void> {
    const memory = this.#memoryOf(stored.epochId);
    const root = await this.#lease(stored);
    if (root === undefined) return;
    try {
      const heads = await readHeadsOnce();
      const { bestBlockNumber } = heads;
      if (memory.isIdle(root, bestBlockNumber, this.#deps.nowMs())) return;
      const { view, head } = await this.#readView(root, heads);
      const step = markStale(await this.#decide(root, view, memory), view, head);
      if (step.do === 'wait') await this.#wait(root, step, memory, bestBlockNumber);
      else await this.#take(step, root, { balanceWei: view.sender.balanceWei, reader: head.client }, memory);
    } catch (error) {
      await this.#afterFailure(error, root, memory);
    }
  }

  /** Reads a root's view from the first usable node that gives a whole one. */
  async #readView(root: RootRecord, heads: L1Heads): Promise<{ readonly view: RootView; readonly head: L1Head }> {
    const { account, policy, nowMs, clock } = this.#deps;
    const windowNowMs = clock === undefined ? nowMs : (): number => clock.windowNowMs();
    const deps = { heads, address: account.address, policy, windowNowMs };
    let failure: unknown;
    for (const head of heads.usable) {
      try {
        return { view: await readRootView(root, head, deps), head };
      } catch (error) {
        if (!(error instanceof BaseError)) throw error;
        failure ??= error;
      }
    }
    throw failure;
  }

  /** The root, leased by this submitter; `undefined` while another holds it. */
  async #lease(root: RootRecord): Promise<RootRecord | undefined> {
    const { outbox, policy, submitterId, nowMs } = this.#deps;
    const leaseMs = policy.leaseSeconds * 1000;
    const leftMs = (root.submitterUntilMs ?? 0) - nowMs();
    const isTooLong = leftMs > 2 * leaseMs;
    if (this.#isAnothers(root)) {
      // A clock was set back, or the other's is ahead: its lease must not last for as long as the clocks differ.
      if (isTooLong) await outbox.replace({ ...root, submitterUntilMs: nowMs() + leaseMs });
      return undefined;
    }
    if (root.submitterId === submitterId && leftMs > leaseMs / 2 && !isTooLong) return root;
    return await outbox.replace({ ...root, submitterId, submitterUntilMs: nowMs() + leaseMs });
  }

  #isAnothers({ submitterId, submitterUntilMs = 0 }: RootRecord): boolean {
    return submitterId !== this.#deps.submitterId && submitterUntilMs > this.#deps.nowMs();
  }

  async #decide(root: RootRecord, view: RootView, memory: SubmissionMemory): Promise<SubmissionStep> {
    const { policy, account } = this.#deps;
    const nowMs = this.#deps.nowMs();
    memory.rememberVerdict(view.verdict, nowMs);
    await this.#reportRival(root, view, memory);
    const busyWith = await this.#busyWith(root);
    const { address } = account;
    const step = decideSubmission({ root, view, policy, nowMs, address, busyWith, memory });
    if (step.do !== 'submit' || liveSubmissions(root).length > 0) return step;
    const weighing = weighSubmission(root, view.market, policy, view.blockAtMs);
    await this.#recordWeighing(root, weighing, memory);
    return weighedStep(step, weighing);
  }

  async #reportRival(root: RootRecord, { verdict }: RootView, memory: SubmissionMemory): Promise<void> {
    if (verdict.standing !== 'alive' || verdict.isProvenByAnother !== true || memory.isRivalReported) return;
    const { epoch, epochId: id } = root;
    memory.isRivalReported = await reportRivalProof({ id, epoch }, 'the root is submitted', this.#deps);
  }

  /** Records the choice when it differs from the last one. */
  async #recordWeighing({ epochId, epoch }: RootRecord, weighing: Weighing, memory: SubmissionMemory): Promise<void> {
    if (memory.lastChoice === weighing.choice) return;
    const { choice, costWei, rewardWei, reason } = weighing;
    const { decisions, nowMs, log } = this.#deps;
    const decision = {
      kind: 'submission',
      atMs: nowMs(),
      epochId,
      epoch,
      choice,
      costWei: costWei.toString(),
      ...(rewardWei !== undefined && { rewardWei: rewardWei.toString() }),
      reason,
    } as const;
    // Only people read it, so no root waits for it.
    await decisions
      .record(decision)
      .catch((error: unknown) => log.warn({ err: error, epoch, epochId }, 'could not record a decision'));
    memory.lastChoice = choice;
  }

  /** A pending transaction of the account for another root: nonces are mined in order, so it goes first anyway. */
  async #busyWith(root: RootRecord): Promise<SubmissionSituation['busyWith']> {
    // Only our own roots: others may be for another chain, where the account has other nonces.
    for (const other of await this.openRoots()) {
      const live = liveSubmissions(other).at(-1);
      if (
        other.epochId !== root.epochId &&
        live !== undefined &&
        isAddressEqual(live.from, this.#deps.account.address)
      ) {
        return { epochId: other.epochId, nonce: live.nonce };
      }
    }
    return undefined;
  }

  async #take(
    step: Exclude<SubmissionStep, Wait>,
    root: RootRecord,
    { balanceWei, reader }: { readonly balanceWei: bigint; readonly reader: L1Reader },
    memory: SubmissionMemory,
  ): Promise<void> {
    const { broadcast, wait } = await takeStep(step, root, balanceWei, { ...this.#deps, reader });
    if (broadcast !== undefined) memory.rememberBroadcast(broadcast);
    if (step.do === 'submit') memory.rememberTrialRun('passed', this.#deps.policy, this.#deps.nowMs());
    if (wait === undefined) memory.lastWait = undefined;
    else await this.#wait(root, wait, memory);
  }

  async #afterFailure(error: unknown, root: RootRecord, memory: SubmissionMemory): Promise<void> {
    if (error instanceof MalformedRootCallError) {
      const death = { epochState: 'failed', reason: error.message } as const;
      await this.#take({ do: 'give-up', death }, root, { balanceWei: 0n, reader: this.#deps.l1 }, memory);
    } else if (error instanceof CallRevertedError) {
      memory.rememberTrialRun('reverted', this.#deps.policy, this.#deps.nowMs());
      const reason = `a trial run reverts, so nothing was sent: ${error.reason}; it is retried until the window closes`;
      await this.#wait(root, { do: 'wait', cause: 'would-revert', reason }, memory);
    } else if (error instanceof PublisherKeyUnusableError) {
      await this.#wait(root, { do: 'wait', cause: 'cannot-sign', reason: error.message }, memory);
      throw error;
    } else if (error instanceof BaseError) {
      const reason = `L1 cannot be reached: ${describeError(error)}`;
      await this.#wait(root, { do: 'wait', cause: 'l1-silent', reason }, memory);
    } else {
      throw error;
    }
  }

  /** Stores the reason in the record, and logs it when the cause is new. */
  async #wait(
    root: RootRecord,
    { cause, reason, againAtMs }: Wait,
    memory: SubmissionMemory,
    blockNumber?: number,
  ): Promise<void> {
    const { outbox, log, nowMs, policy, submitterId } = this.#deps;
    const isNew = memory.lastWait?.cause !== cause;
    let { version } = root;
    if (root.reason !== reason && (isNew || nowMs() - (memory.lastWait?.atMs ?? 0) >= REASON_REFRESH_MS)) {
      // A step that was under way may have changed the record: keep what it wrote.
      const current = await outbox.find(root.epochId);
      if (current?.submitterId !== submitterId) return;
      const stored = await outbox.replace(withReason(current, reason));
      if (stored === undefined) return;
      version = stored.version;
      memory.lastWait = { cause, atMs: nowMs() };
    }
    if (isNew) {
      const level = ORDINARY_WAITS.includes(cause) ? 'info' : 'warn';
      log[level]({ ...aboutRoot(root), cause, reason }, 'the root waits');
      memory.lastWait = { cause, atMs: nowMs() };
    }
    // The other root may get out of the way without a new block.
    if (blockNumber === undefined || cause === 'account-busy') return;
    const untilMs = Math.min(againAtMs ?? Infinity, nowMs() + policy.stallSeconds * 1000);
    memory.idle({ blockNumber, version, untilMs });
  }

  async #watchMined(heads: () => Promise<L1Heads>): Promise<void> {
    const { policy, nowMs, log } = this.#deps;
    if (nowMs() - this.#watchedAtMs < policy.l1SlotSeconds * 1000) return;
    this.#watchedAtMs = nowMs();
    try {
      await watchMinedRoots({ ...this.#deps, heads });
    } catch (error) {
      if (!(error instanceof BaseError)) throw error;
      log.debug({ reason: describeError(error) }, 'could not check mined roots on L1');
    }
  }

  async #releaseAll(): Promise<void> {
    const { outbox, submitterId, log } = this.#deps;
    try {
      for (const root of await outbox.open()) {
        if (root.submitterId !== submitterId) continue;
        const { submitterId: _id, submitterUntilMs: _until, ...released } = root;
        await outbox.replace(released);
      }
    } catch (error) {
      log.warn({ err: error }, 'roots not released: another submitter takes them when their leases end');
    }
  }

  #memoryOf(epochId: EpochId): SubmissionMemory {
    let memory = this.#memories.get(epochId);
    if (memory === undefined) {
      memory = new SubmissionMemory();
      this.#memories.set(epochId, memory);
    }
    return memory;
  }
}

/** While no URL follows L1, an ordinary wait is a warning. */
function markStale(step: SubmissionStep, { isStale }: RootView, { blockNumber, blockAtMs }: L1Head): SubmissionStep {
  if (isStale !== true || step.do !== 'wait' || !ORDINARY_WAITS.includes(step.cause)) return step;
  const newest = `the newest L1 block, ${blockNumber}, is of ${new Date(blockAtMs).toISOString()}`;
  const reason = `no L1 node follows the chain, ${newest}: check the nodes at the RPC URLs; ${step.reason}`;
  return { ...step, cause: 'l1-stale', reason };
}

/** Resolves {@link STOP_GRACE_MS} after the signal aborts. */
function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const afterGrace = (): void => void setTimeout(resolve, STOP_GRACE_MS).unref();
    if (signal.aborted) afterGrace();
    else signal.addEventListener('abort', afterGrace, { once: true });
  });
}
