import { setTimeout as sleep } from 'node:timers/promises';

import type { EpochLedger, EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import type { EpochNumber } from '../../shared/proving-job/proving-job-id.ts';
import { pause } from '../../shared/retry/pause.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { AttemptOutcome } from './attempt-epoch.ts';
import type { Chain } from './chain.ts';

export interface EpochWatcherDeps {
  readonly chain: Chain;
  readonly epochs: EpochLedger;
  readonly attempt: (epoch: EpochNumber, shutdown: AbortSignal) => Promise<AttemptOutcome>;
  readonly pollMs: number;
  /** How long to wait before proving an epoch that is complete, and after each failure, in milliseconds. */
  readonly startDelayMs: number;
  readonly retryDelayMs: number;
  /** Epochs that are proven at one time. */
  readonly maxEpochsAtOnce: number;
  /** Failures of one epoch in this process after which it is left to the operator. */
  readonly maxAttempts: number;
  readonly nowMs: () => number;
  readonly log: Logger;
}

interface Failures {
  readonly count: number;
  readonly lastAtMs: number;
  /** The failed attempt by the ledger: `coppice retry` makes the epoch `proving` without a new attempt. */
  readonly attempt: number | undefined;
}

/**
 * Takes up every epoch that is complete, not proven on L1 and still within its window, and takes it up again after a
 * failure or a reorg. An epoch need not wait for the one before it: only its root does, in the outbox.
 */
export class EpochWatcher {
  readonly #deps: EpochWatcherDeps;
  readonly #running = new Map<EpochNumber, Promise<void>>();
  readonly #failures = new Map<EpochNumber, Failures>();
  #lastLookAtMs: number | undefined;

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

  /** Starts an attempt at each epoch that needs one. */
  async tick(signal: AbortSignal): Promise<void> {
    for (const epoch of await this.#deps.chain.unprovenEpochs()) {
      if (this.#running.size >= this.#deps.maxEpochsAtOnce) return;
      if (this.#running.has(epoch)) continue;
      if (this.#isResting(epoch) && !(await this.#isAskedForAgain(epoch))) continue;
      if (!(await this.#deps.chain.isComplete(epoch))) return;
      if (await this.#needsAttempt(epoch)) this.#start(epoch, signal);
    }
  }

  async #needsAttempt(epoch: EpochNumber): Promise<boolean> {
    const range = await this.#deps.chain.rangeOf(epoch);
    if (range === undefined) return false;
    const record = await this.#deps.epochs.find(epoch);
    if (record?.rangeId !== range) return true;
    if (record.state === 'submitting' || record.state === 'proven') return false;
    return !(await this.#isPastDeadline(record));
  }

  async #isPastDeadline(record: EpochRecord): Promise<boolean> {
    if (this.#deps.nowMs() < record.deadlineAtMs) return false;
    if (record.state !== 'expired') {
      await this.#deps.epochs.advance(record.epoch, record.rangeId, 'expired', { reason: 'its proof window closed' });
    }
    return true;
  }

  #isResting(epoch: EpochNumber): boolean {
    const failures = this.#failures.get(epoch);
    if (failures === undefined) return false;
    if (failures.count >= this.#deps.maxAttempts) return true;
    return this.#deps.nowMs() < failures.lastAtMs + failures.count * this.#deps.retryDelayMs;
  }

  /** Whether an operator asked for a retry of the epoch, which resets its failures. */
  async #isAskedForAgain(epoch: EpochNumber): Promise<boolean> {
    const attempt = this.#failures.get(epoch)?.attempt;
    if (attempt === undefined) return false;
    const record = await this.#deps.epochs.find(epoch);
    // A later attempt is another node's.
    if (record?.state !== 'proving' || record.attempt !== attempt) return false;
    this.#failures.delete(epoch);
    this.#deps.log.info({ epoch }, 'retrying the epoch on request');
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
        const record = await this.#deps.epochs.find(epoch).catch(() => undefined);
        const attempt = record?.state === 'failed' ? record.attempt : undefined;
        const count = (this.#failures.get(epoch)?.count ?? 0) + 1;
        this.#failures.set(epoch, { count, lastAtMs: this.#deps.nowMs(), attempt });
        const next =
          count >= this.#deps.maxAttempts
            ? 'left alone until it is retried (coppice retry) or the node restarts'
            : `taken up again in ${(count * this.#deps.retryDelayMs) / 1000} s`;
        this.#deps.log.error({ err: error, epoch, failures: count }, `epoch ${epoch} failed; ${next}`);
      })
      .finally(() => this.#running.delete(epoch));
    this.#running.set(epoch, running);
  }
}
