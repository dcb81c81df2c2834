import { setTimeout as sleep } from 'node:timers/promises';

import type { EpochLedger, EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import { UnreadableRecordError } from '../../shared/ledger/errors.ts';
import { EPOCHS_IN_NEED, needOfEpoch } from '../../shared/ledger/epoch-needs.ts';
import type { RangeId } from '../../shared/ledger/job-ledger.ts';
import type { EpochNumber } from '../../shared/proving-job/epoch-id.ts';
import { nameEpoch } from '../../shared/proving-job/name-epoch.ts';
import { isWithin } from '../../shared/retry/is-within.ts';
import { pause } from '../../shared/retry/pause.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { AttemptOutcome } from './attempt-epoch.ts';
import type { Chain } from './chain.ts';

export interface EpochWatcherDeps {
  readonly chain: Chain;
  readonly epochs: Pick<EpochLedger, 'latest'>;
  /** The ledger's record of an epoch of the chain. */
  readonly find: (epoch: EpochNumber) => Promise<EpochRecord | undefined>;
  readonly attempt: (epoch: EpochNumber, shutdown: AbortSignal) => Promise<AttemptOutcome>;
  /** Closes an epoch that needs no proof of ours any more, and cancels its jobs. */
  readonly close: (record: EpochRecord, reason: string) => Promise<void>;
  /** Reports that another prover has proven an epoch on L1 that is being proven here. Returns whether it could. */
  readonly reportRival: (record: EpochRecord) => Promise<boolean>;
  readonly pollMs: number;
  /** How long to wait before proving an epoch that is complete, in milliseconds. */
  readonly startDelayMs: number;
  /** How long to wait after the first failure of an epoch, in milliseconds; longer after each, up to a minute. */
  readonly retryDelayMs: number;
  /** Epochs that are proven at one time. */
  readonly maxEpochsAtOnce: number;
  readonly nowMs: () => number;
  /** The time by which proof windows close. */
  readonly windowNowMs: () => number;
  readonly log: Logger;
}

interface Failures {
  readonly count: number;
  readonly lastAtMs: number;
  readonly restMs: number;
  /** The failed attempt by the ledger: `coppice retry` makes the epoch `proving` without a new attempt. */
  readonly attempt: number | undefined;
}

/** An attempt costs little, and the epoch is worth nothing after its window: waiting longer could only miss it. */
const LONGEST_REST_MS = 60_000;
/** One block of L1. */
const CLOSE_EVERY_MS = 12_000;
/** As long as the submitter waits for checkpoints to come back. */
const GONE_MS = 24_000;

/**
 * Takes up every epoch that is complete, not proven on L1 and still within its window, and takes it up again after a
 * failure or a reorg, however often. An epoch need not wait for the one before it: only its root does, in the outbox.
 */
export class EpochWatcher {
  readonly #deps: EpochWatcherDeps;
  readonly #running = new Map<EpochNumber, Promise<void>>();
  readonly #failures = new Map<EpochNumber, Failures>();
  #lastLookAtMs: number | undefined;
  #closedAtMs = Number.NEGATIVE_INFINITY;
  readonly #goneSinceMs = new Map<EpochNumber, number>();
  /** Ranges whose proof by another prover was reported. */
  readonly #rivalled = new Set<RangeId>();
  readonly #unreadable = new Set<EpochNumber>();

  constructor(deps: EpochWatcherDeps) {
    this.#deps = deps;
  }

  /** Polls the chain until `signal` aborts, then waits for the running attempts to wind up. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.tick(signal);
        this.#lastLookAtMs = this.#deps.nowMs();
      } catch (error) {
        this.#deps.log.warn({ err: error }, 'could not check for epochs to prove, trying again');
      }
      await pause(this.#deps.pollMs, signal);
    }
    await Promise.all(this.#running.values());
  }

  /** When the chain was last read, and the epochs that are being proven. */
  get health(): { readonly lastLookAtMs: number | undefined; readonly running: readonly EpochNumber[] } {
    return { lastLookAtMs: this.#lastLookAtMs, running: [...this.#running.keys()] };
  }

  /** Closes epochs that L1 wants no proof of, and starts an attempt at each epoch that needs one. */
  async tick(signal: AbortSignal): Promise<void> {
    await this.#closeWhatIsNotUnproven();
    for (const epoch of await this.#deps.chain.unprovenEpochs()) {
      if (this.#running.size >= this.#deps.maxEpochsAtOnce) return;
      if (this.#running.has(epoch)) continue;
      if (this.#isResting(epoch) && !(await this.#isAskedForAgain(epoch))) continue;
      if (!(await this.#deps.chain.isComplete(epoch))) return;
      if (await this.#needsAttempt(epoch)) this.#start(epoch, signal);
    }
  }

  /** The chain does not list such epochs as unproven, so nothing else would end them before their windows close. */
  async #closeWhatIsNotUnproven(): Promise<void> {
    const { chain, epochs, find, close, windowNowMs } = this.#deps;
    const nowMs = this.#deps.nowMs();
    if (isWithin(CLOSE_EVERY_MS, this.#closedAtMs, nowMs)) return;
    const proven = await chain.provenCheckpoint();
    for (const record of await epochs.latest(EPOCHS_IN_NEED)) {
      const { epoch, lastCheckpoint } = record;
      if (lastCheckpoint === undefined || needOfEpoch(record, windowNowMs()) !== 'proofs') continue;
      if ((await find(epoch))?.id !== record.id) continue;
      if (this.#running.has(epoch)) {
        // What an attempt under way makes of it is its own decision: an equal proof may still earn its share.
        if (lastCheckpoint <= proven) await this.#reportRival(record);
      } else if (lastCheckpoint <= proven) await close(record, 'L1 has another proof of its checkpoints');
      else if (await this.#isGone(epoch, nowMs)) await close(record, 'its checkpoints were reorganised away');
    }
    this.#closedAtMs = nowMs;
  }

  async #reportRival(record: EpochRecord): Promise<void> {
    if (this.#rivalled.has(record.rangeId)) return;
    if (await this.#deps.reportRival(record)) this.#rivalled.add(record.rangeId);
  }

  /** Whether the epoch has had no checkpoint for a while: one reading may be of a chain that is being unwound. */
  async #isGone(epoch: EpochNumber, nowMs: number): Promise<boolean> {
    if ((await this.#deps.chain.rangeOf(epoch)) !== undefined) {
      this.#goneSinceMs.delete(epoch);
      return false;
    }
    const sinceMs = this.#goneSinceMs.get(epoch) ?? nowMs;
    this.#goneSinceMs.set(epoch, sinceMs);
    return nowMs - sinceMs >= GONE_MS;
  }

  /** A record that a newer version wrote is left to it, and holds up no other epoch. */
  async #needsAttempt(epoch: EpochNumber): Promise<boolean> {
    try {
      return await this.#needsProofs(epoch);
    } catch (error) {
      if (!(error instanceof UnreadableRecordError)) throw error;
      const isNew = !this.#unreadable.has(epoch);
      this.#unreadable.add(epoch);
      if (isNew) this.#deps.log.warn({ err: error, epoch }, 'left an epoch to the version of Coppice that opened it');
      return false;
    }
  }

  async #needsProofs(epoch: EpochNumber): Promise<boolean> {
    const range = await this.#deps.chain.rangeOf(epoch);
    if (range === undefined) return false;
    const record = await this.#deps.find(epoch);
    if (record?.rangeId !== range) return true;
    const windowNowMs = this.#deps.windowNowMs();
    switch (needOfEpoch(record, windowNowMs)) {
      case 'proofs':
        return true;
      case 'closing':
        await this.#deps.close(record, 'its proof window closed');
        return false;
      case 'mining':
        return false;
      case 'nothing':
        // It was closed before its window, and L1 has it as unproven: whatever proved it is gone.
        return record.state === 'expired' && windowNowMs < record.deadlineAtMs;
    }
  }

  #isResting(epoch: EpochNumber): boolean {
    const failures = this.#failures.get(epoch);
    return failures !== undefined && isWithin(failures.restMs, failures.lastAtMs, this.#deps.nowMs());
  }

  /** Whether an operator asked for a retry of the epoch, which resets its failures. */
  async #isAskedForAgain(epoch: EpochNumber): Promise<boolean> {
    const attempt = this.#failures.get(epoch)?.attempt;
    if (attempt === undefined) return false;
    const record = await this.#deps.find(epoch);
    // A later attempt is another node's.
    if (record?.state !== 'proving' || record.attempt !== attempt) return false;
    this.#failures.delete(epoch);
    this.#deps.log.info({ epoch, epochId: record.id }, 'retrying the epoch on request');
    return true;
  }

  #start(epoch: EpochNumber, signal: AbortSignal): void {
    const running = sleep(this.#deps.startDelayMs, undefined, { signal })
      .then(() => this.#deps.attempt(epoch, signal))
      .then((outcome) => {
        if (outcome === 'submitting') this.#failures.delete(epoch);
      })
      .catch(async (error: unknown) => {
        if (signal.aborted) return;
        const record = await this.#deps.find(epoch).catch(() => undefined);
        const attempt = record?.state === 'failed' ? record.attempt : undefined;
        const count = (this.#failures.get(epoch)?.count ?? 0) + 1;
        const { retryDelayMs } = this.#deps;
        const restMs = Math.min(count * retryDelayMs, Math.max(retryDelayMs, LONGEST_REST_MS));
        this.#failures.set(epoch, { count, lastAtMs: this.#deps.nowMs(), restMs, attempt });
        const name = record === undefined ? String(epoch) : await this.#nameOf(record);
        const sooner = attempt === undefined ? '' : `, or at once with \`coppice retry ${name}\``;
        this.#deps.log.error(
          { err: error, epoch, epochId: record?.id, failures: count },
          `epoch ${name} failed; taken up again in ${restMs / 1000} s while its window is open${sooner}`,
        );
      })
      .finally(() => this.#running.delete(epoch));
    this.#running.set(epoch, running);
  }

  /** As commands take it. */
  async #nameOf({ id }: EpochRecord): Promise<string> {
    try {
      const known = (await this.#deps.epochs.latest(EPOCHS_IN_NEED)).map((record) => record.id);
      return nameEpoch(id, known);
    } catch {
      return id;
    }
  }
}
