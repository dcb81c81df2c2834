import { setTimeout as sleep } from 'node:timers/promises';

import type { Hex } from 'viem';

import type { Engine } from '../../shared/engine/engine.ts';
import { epochAt, epochStartAtMs } from '../../shared/l1/epoch-timing.ts';
import type { L1Client } from '../../shared/l1/l1-client.ts';
import { RollupReader } from '../../shared/l1/rollup-reader.ts';
import { describeChanges, summarise } from '../epoch-view/describe-changes.ts';
import type { Output } from '../terminal/output.ts';
import type { ChainView, FleetSnapshot, EpochView } from '../epoch-view/fleet-snapshot.ts';
import { describeTraffic } from './traffic/describe-traffic.ts';
import { renderSnapshot } from '../epoch-view/render-snapshot.ts';
import { SnapshotReader } from '../epoch-view/snapshot-reader.ts';
import { findEpochProof, ForeignEpochProofError, type MinedEpochProof } from './report/find-epoch-proof.ts';
import type { TrafficEvent } from './traffic/traffic-messages.ts';

export interface WatchDevnetOptions {
  readonly engine: Engine;
  readonly l1: L1Client;
  readonly rollupAddress: Hex;
  /** The prover node's account. */
  readonly publisher: Hex;
  readonly output: Output;
  /** Between two looks at the fleet. */
  readonly lookMs: number;
  readonly nowMs: () => number;
}

/** An epoch that L1 has taken as proven, by our publisher's transaction. */
export interface ConfirmedEpoch {
  readonly view: EpochView;
  readonly proof: MinedEpochProof;
  /** Whether it is one of those that are waited for: it holds all that was planned. */
  readonly isWanted: boolean;
}

/** Nothing has moved for so long that nothing will. */
export class DevnetStalledError extends Error {
  override readonly name = 'DevnetStalledError';

  constructor(stalledMs: number) {
    super(`nothing has moved for ${Math.round(stalledMs / 60_000)} minutes: the logs say what was tried last`);
  }
}

/** An epoch that had to be proven cannot be any more. */
export class EpochLostError extends Error {
  override readonly name = 'EpochLostError';

  constructor({ epoch, state, reason }: EpochView) {
    super(`epoch ${epoch} is ${state}${reason === undefined ? '' : `: ${reason}`}`);
  }
}

/** L1 is asked over HTTP, and has nothing new for seconds. */
const CHAIN_LOOK_MS = 1000;
const STALLED_MS = 300_000;

/** Watches a devnet through the fleet's ledger and through L1, and shows what it sees. */
export class DevnetWatch {
  readonly #options: WatchDevnetOptions;
  readonly #reader: SnapshotReader;
  readonly #rollup: RollupReader;
  readonly #confirmed = new Map<number, Omit<ConfirmedEpoch, 'isWanted'>>();
  /** Epochs that hold all that was planned, as the traffic says. */
  readonly #mixed = new Set<number>();
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

  /** Takes note of what the traffic has done. */
  onTraffic(event: TrafficEvent): void {
    this.#traffic = describeTraffic(event);
    this.#options.output.say(`traffic: ${this.#traffic}`);
    if (event.kind === 'epoch-mined') this.#mixed.add(event.contents.epochNumber);
  }

  /**
   * Shows what happens until `epochs` epochs that hold the whole mix of traffic are proven on L1, and answers every epoch
   * that was proven by then, in order.
   *
   * @throws {ForeignEpochProofError} when an epoch was proven in any way but by our publisher's own transaction.
   * @throws {EpochLostError} when an epoch's window has closed.
   * @throws {DevnetStalledError} when nothing moves any more.
   * @throws the signal's reason, when it aborts.
   */
  async untilProven(epochs: number, signal: AbortSignal): Promise<readonly ConfirmedEpoch[]> {
    for (;;) {
      const snapshot = await this.#look(signal);
      await this.#confirm(snapshot);
      const lost = snapshot.epochs.find(({ state }) => state === 'expired');
      if (lost !== undefined) throw new EpochLostError(lost);
      this.#failWhenStalled(snapshot);
      const confirmed = [...this.#confirmed.values()].map((epoch) => ({
        ...epoch,
        isWanted: this.#isWanted(epoch.view),
      }));
      if (confirmed.filter(({ isWanted }) => isWanted).length >= epochs) return confirmed;
      await pause(this.#options.lookMs, signal);
    }
  }

  /** Shows what happens until `signal` aborts, and throws its reason then. */
  async untilAborted(signal: AbortSignal): Promise<never> {
    for (;;) {
      await this.#look(signal);
      await pause(this.#options.lookMs, signal);
    }
  }

  async #look(signal: AbortSignal): Promise<FleetSnapshot> {
    signal.throwIfAborted();
    const { output, nowMs } = this.#options;
    // Not waited for: what L1 takes to answer must not hold up the display.
    void this.#lookAtChain();
    const snapshot = { atMs: nowMs(), chain: this.#chain, traffic: this.#traffic, ...(await this.#reader.read()) };
    for (const change of describeChanges(this.#last, snapshot)) output.say(change);
    output.show((frame) => renderSnapshot(snapshot, frame));
    output.summarise(summarise(snapshot));
    this.#last = snapshot;
    return snapshot;
  }

  async #lookAtChain(): Promise<void> {
    const atMs = this.#options.nowMs();
    if (atMs < this.#chainAtMs + CHAIN_LOOK_MS) return;
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
      // L1 is busy or has gone. What it said last is shown; if it has gone, its own end is told.
    }
  }

  /** Looks for the proofs of epochs of which the ledger and the rollup both say that they are proven. */
  async #confirm({ chain, epochs }: FleetSnapshot): Promise<void> {
    const { l1, rollupAddress, publisher } = this.#options;
    for (const view of epochs) {
      const { epoch, state, firstCheckpoint, lastCheckpoint } = view;
      if (firstCheckpoint === undefined || lastCheckpoint === undefined) continue;
      const isProven = state === 'proven' && (chain?.provenCheckpoint ?? 0) >= lastCheckpoint;
      if (!isProven || this.#confirmed.has(epoch)) continue;
      try {
        const proof = await findEpochProof(l1, { rollupAddress, publisher, firstCheckpoint, lastCheckpoint });
        if (proof !== undefined) this.#confirmed.set(epoch, { view, proof });
      } catch (error) {
        if (error instanceof ForeignEpochProofError) throw error;
        // L1 did not answer: it is asked again at the next look.
      }
    }
  }

  /** Both must agree: what was sent and mined, and what was proven. */
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
