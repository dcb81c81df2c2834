import { setTimeout as sleep } from 'node:timers/promises';

import type { Hex } from 'viem';

import type { Engine } from '../../shared/engine/engine.ts';
import { epochAt, epochStartAtMs } from '../../shared/l1/epoch-timing.ts';
import type { L1Client } from '../../shared/l1/l1-client.ts';
import { isStreamed } from '../../shared/ledger/streamed-epoch.ts';
import { RollupReader } from '../../shared/l1/rollup-reader.ts';
import { describeChanges, summarise } from '../epoch-view/describe-changes.ts';
import type { Output } from '../terminal/output.ts';
import type { ChainView, FleetSnapshot, EpochView } from '../epoch-view/fleet-snapshot.ts';
import { describeTraffic } from './traffic/describe-traffic.ts';
import { renderSnapshot } from '../epoch-view/render-snapshot.ts';
import { SnapshotReader } from '../epoch-view/snapshot-reader.ts';
import { completeStreamedEpoch } from './report/complete-streamed-epoch.ts';
import { findEpochProof, ForeignEpochProofError, type MinedEpochProof } from './report/find-epoch-proof.ts';
import type { EpochContents } from './traffic/epoch-contents.ts';
import type { TrafficEvent } from './traffic/traffic-messages.ts';

export interface WatchDevnetOptions {
  readonly engine: Engine;
  readonly l1: L1Client;
  readonly rollupAddress: Hex;
  /** The prover node's account. */
  readonly publisher: Hex;
  readonly output: Output;
  /** Between two snapshots of the fleet. */
  readonly pollMs: number;
  readonly nowMs: () => number;
}

/** An epoch that L1 has taken as proven, by our publisher's transaction. */
export interface ConfirmedEpoch {
  readonly view: EpochView;
  readonly proof: MinedEpochProof;
  /** Whether it is one of those that the run waits for: it holds all the planned traffic. */
  readonly isWanted: boolean;
}

/** Nothing has changed for so long that nothing will. */
export class DevnetStalledError extends Error {
  override readonly name = 'DevnetStalledError';

  constructor(stalledMs: number) {
    super(`no progress for ${Math.round(stalledMs / 60_000)} minutes: see the logs for the last attempts`);
  }
}

/** An epoch that had to be proven no longer can be. */
export class EpochLostError extends Error {
  override readonly name = 'EpochLostError';

  constructor({ epoch, state, reason }: EpochView) {
    super(`epoch ${epoch} is ${state}${reason === undefined ? '' : `: ${reason}`}`);
  }
}

/** L1 is read over HTTP, and has nothing new for seconds. */
const CHAIN_POLL_MS = 1000;
const STALLED_MS = 300_000;

/** Watches a devnet through the fleet's ledger and through L1, and displays it. */
export class DevnetWatch {
  readonly #options: WatchDevnetOptions;
  readonly #reader: SnapshotReader;
  readonly #rollup: RollupReader;
  readonly #confirmed = new Map<number, Omit<ConfirmedEpoch, 'isWanted'>>();
  /** Epochs that hold all the planned traffic, as its sender reports, by their numbers. */
  readonly #mixed = new Map<number, EpochContents>();
  #chain: ChainView | undefined;
  #chainAtMs = -Infinity;
  #traffic: string | undefined;
  #last: FleetSnapshot | undefined;
  #moved = { what: '', atMs: -Infinity };

  constructor(options: WatchDevnetOptions) {
    this.#options = options;
    this.#reader = new SnapshotReader(options);
    this.#rollup = new RollupReader(options.l1, options.rollupAddress);
  }

  /** Records and prints what the traffic has done. */
  onTraffic(event: TrafficEvent): void {
    this.#traffic = describeTraffic(event);
    this.#options.output.say(`traffic: ${this.#traffic}`);
    if (event.kind === 'epoch-mined') this.#mixed.set(event.contents.epochNumber, event.contents);
  }

  /**
   * Shows what happens until `epochs` epochs that hold the whole mix of traffic are proven on L1, and returns every epoch
   * that was proven by then, in order.
   *
   * @throws {ForeignEpochProofError} when an epoch was proven in any way but by our publisher's own transaction.
   * @throws {EpochLostError} when an epoch's window has closed.
   * @throws {DevnetStalledError} when progress has stopped.
   * @throws the signal's reason, when it aborts.
   */
  async untilProven(epochs: number, signal: AbortSignal): Promise<readonly ConfirmedEpoch[]> {
    for (;;) {
      const snapshot = await this.#refresh(signal);
      await this.#confirm(snapshot);
      const lost = snapshot.epochs.find(({ state }) => state === 'expired');
      if (lost !== undefined) throw new EpochLostError(lost);
      this.#failWhenStalled(snapshot);
      const confirmed = [...this.#confirmed.values()].map((epoch) => ({
        ...epoch,
        isWanted: this.#isWanted(epoch.view),
      }));
      if (confirmed.filter(({ isWanted }) => isWanted).length >= epochs) return confirmed;
      await pause(this.#options.pollMs, signal);
    }
  }

  /** Shows what happens until `signal` aborts, and throws its reason then. */
  async untilAborted(signal: AbortSignal): Promise<never> {
    for (;;) {
      await this.#refresh(signal);
      await pause(this.#options.pollMs, signal);
    }
  }

  async #refresh(signal: AbortSignal): Promise<FleetSnapshot> {
    signal.throwIfAborted();
    const { output, nowMs } = this.#options;
    // Not awaited: a slow L1 must not hold up the display.
    void this.#readChain();
    const snapshot = { atMs: nowMs(), chain: this.#chain, traffic: this.#traffic, ...(await this.#reader.read()) };
    for (const change of describeChanges(this.#last, snapshot)) output.say(change);
    output.show((frame) => renderSnapshot(snapshot, frame));
    output.summarise(summarise(snapshot));
    this.#last = snapshot;
    return snapshot;
  }

  async #readChain(): Promise<void> {
    const atMs = this.#options.nowMs();
    if (atMs < this.#chainAtMs + CHAIN_POLL_MS) return;
    this.#chainAtMs = atMs;
    try {
      const [tips, timing] = await Promise.all([this.#rollup.tips(), this.#rollup.timing()]);
      const epoch = epochAt(atMs, timing);
      const slotMs = timing.slotSeconds * 1000;
      this.#chain = {
        ...tips,
        epoch,
        slotsOver: Math.floor((atMs - epochStartAtMs(epoch, timing)) / slotMs),
        epochSlots: timing.epochSlots,
        epochEndsAtMs: epochStartAtMs(epoch + 1, timing),
      };
    } catch {
      // L1 is busy or has gone. The last view stays; if L1 has gone, the end of its process is reported.
    }
  }

  /** Finds the proofs of epochs that are proven according to the rollup and, where our node submits them, to the ledger. */
  async #confirm({ chain, epochs }: FleetSnapshot): Promise<void> {
    const { l1, rollupAddress, publisher } = this.#options;
    for (const shown of epochs) {
      const view = completeStreamedEpoch(shown, this.#mixed.get(shown.epoch));
      const { epoch, state, firstCheckpoint, lastCheckpoint } = view;
      if (firstCheckpoint === undefined || lastCheckpoint === undefined) continue;
      const isSubmitted = state === 'proven' || isStreamed(shown);
      const isProven = isSubmitted && (chain?.provenCheckpoint ?? 0) >= lastCheckpoint;
      if (!isProven || this.#confirmed.has(epoch)) continue;
      try {
        const proof = await findEpochProof(l1, { rollupAddress, publisher, firstCheckpoint, lastCheckpoint });
        if (proof !== undefined) this.#confirmed.set(epoch, { view: { closedAtMs: proof.minedAtMs, ...view }, proof });
      } catch (error) {
        if (error instanceof ForeignEpochProofError) throw error;
        // L1 did not answer: the next refresh tries again.
      }
    }
  }

  /** Both must agree: the traffic that was mined, and the shape that was proven. */
  #isWanted({ epoch, holdsMix }: EpochView): boolean {
    return holdsMix && this.#mixed.has(epoch);
  }

  #failWhenStalled({ atMs, chain, epochs }: FleetSnapshot): void {
    const what = JSON.stringify([
      chain?.pendingCheckpoint,
      chain?.provenCheckpoint,
      epochs.map(({ state, attempt, progress, submission }) => [state, attempt, progress.done, submission]),
    ]);
    if (what !== this.#moved.what) this.#moved = { what, atMs };
    else if (atMs - this.#moved.atMs > STALLED_MS) throw new DevnetStalledError(STALLED_MS);
  }
}

/** @throws the signal's reason, when it aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
  signal.throwIfAborted();
}
