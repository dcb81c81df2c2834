import { setTimeout as sleep } from 'node:timers/promises';

import type { BlockNumber } from '@aztec/foundation/branded-types';
import type { AztecNode } from '@aztec/stdlib/interfaces/client';
import { SortedTxStatuses, type Tx, TxStatus } from '@aztec/stdlib/tx';

import type { CheckpointGate } from '../sequencer/checkpoint-gate.ts';
import { EpochMissedError } from './errors.ts';
import type { EpochContents } from './epoch-contents.ts';
import { readEpochContents } from './read-epoch-contents.ts';
import type { L1Clock } from '../l1/l1-clock.ts';
import type { SlotClock } from '../sequencer/slot-clock.ts';
import type { TrafficEvent } from './traffic-messages.ts';
import { EPOCH_PLAN, type PlannedCheckpoint } from './traffic-plan.ts';
import type { TrafficWallet } from './traffic-wallet.ts';

export interface TrafficDeps {
  readonly node: AztecNode;
  readonly gate: CheckpointGate;
  readonly wallet: TrafficWallet;
  readonly clock: SlotClock;
  /** The clock that the sequencer follows. */
  readonly l1Clock: L1Clock;
  /** Sends a message from L1 and returns the checkpoint that will include it. */
  readonly sendL1ToL2Message: () => Promise<number>;
  readonly report: (event: TrafficEvent) => void;
}

const POLL_MS = 200;

/**
 * Before the sequencer starts to build for a slot, time that is kept for what has to happen first: that L1 is stopped, since
 * sequencer and traffic each see its blocks for themselves.
 */
const SAFETY_MS = 1500;

/** How much later the sequencer may see a block of L1 than the traffic. */
const SKEW_MS = 500;

/** Slots of an epoch that the wallet leaves to the sequencer, which may miss one. */
const SPARE_SLOTS = 1;

/** After this many epochs in a row without room for the plan, another attempt will not help. */
const MISSED_EPOCHS_LIMIT = 3;

/** Sends an epoch's planned transactions within that epoch, checkpoint by checkpoint, and no others. */
export class Traffic {
  readonly #with: TrafficDeps;
  readonly #publicTransactions = new Set<string>();
  readonly #messageCheckpoints: number[] = [];

  constructor(dependencies: TrafficDeps) {
    this.#with = dependencies;
  }

  /**
   * Gives `epochs` epochs the planned traffic, one after the other; an epoch that could not take it all does not count.
   * @throws {EpochMissedError} when several epochs in a row could not take it.
   */
  async run(epochs: number): Promise<void> {
    let missedInARow = 0;
    for (let mined = 0; mined < epochs;) {
      await this.#drain();
      const { clock, l1Clock, report } = this.#with;
      const firstSlot = clock.slotToBegin(EPOCH_PLAN.length, l1Clock.now());
      const epochNumber = clock.epochOf(firstSlot);
      try {
        report({ kind: 'epoch-mined', contents: await this.#fillEpoch(epochNumber, firstSlot) });
        mined += 1;
        missedInARow = 0;
      } catch (error) {
        missedInARow += 1;
        if (!(error instanceof EpochMissedError) || missedInARow === MISSED_EPOCHS_LIMIT) throw error;
        report({ kind: 'epoch-missed', epochNumber, reason: error.reason });
      }
    }
  }

  async #fillEpoch(epochNumber: number, firstSlot: number): Promise<EpochContents> {
    const { node, clock, l1Clock, report } = this.#with;
    const lastSlot = clock.lastSlotOf(epochNumber);
    report({
      kind: 'epoch-chosen',
      epochNumber,
      startSeconds: clock.slotStartMs(firstSlot) / 1000,
      endSeconds: clock.slotStartMs(lastSlot + 1) / 1000,
    });
    const firstBlock = ((await node.getCheckpointedBlockNumber()) + 1) as BlockNumber;
    const messages: Promise<number>[] = [];
    // By then the sequencer has read the gate for the slot before, so the previous epoch stays as it is.
    await l1Clock.sleepUntil(clock.slotStartMs(firstSlot - 1));
    for (const [index, planned] of EPOCH_PLAN.entries()) {
      if (planned.sendsL1ToL2Message) messages.push(this.#with.sendL1ToL2Message());
      if (planned.closesEpoch) await l1Clock.sleepUntil(clock.slotStartMs(lastSlot - 1));
      const { checkpointNumber, slot } = await this.#fillCheckpoint(planned, index, epochNumber);
      report({
        kind: 'checkpoint-mined',
        epochNumber,
        checkpointNumber,
        slotNumber: slot,
        transactions: [...planned.transactions],
      });
    }
    this.#messageCheckpoints.push(...(await Promise.all(messages)));
    const contents = await readEpochContents(node, clock, epochNumber, firstBlock, {
      publicTransactions: this.#publicTransactions,
      messageCheckpoints: this.#messageCheckpoints,
    });
    const taken = contents.checkpoints.reduce((sum, { l1ToL2Messages }) => sum + l1ToL2Messages, 0);
    if (taken !== messages.length)
      throw new EpochMissedError(epochNumber, 'a message from L1 was included in another epoch');
    return contents;
  }

  /** Has one planned checkpoint mined, within the epoch. */
  async #fillCheckpoint(
    planned: PlannedCheckpoint,
    index: number,
    epochNumber: number,
  ): Promise<{ checkpointNumber: number; slot: number }> {
    const { node, gate, clock, l1Clock } = this.#with;
    const lastSlot = clock.lastSlotOf(epochNumber);
    const latestSlot = planned.closesEpoch ? lastSlot : lastSlot - 1;
    const blocksBefore = await node.getCheckpointedBlockNumber();
    const count = planned.transactions.length;
    if (count === 0) await gate.letEmptyPass();
    else await gate.letPass(count);

    const slotsAfter = EPOCH_PLAN.length - 1 - index;
    // At a slot's beginning the sequencer rests, and in the next slot it can build.
    const dueMs = clock.slotStartMs(lastSlot - slotsAfter - SPARE_SLOTS - 1);
    const made = await l1Clock.holdAt(dueMs, () => this.#make(planned));
    if (planned.transactionsPerBlock !== undefined) {
      await this.#untilSequencerRests();
      await gate.letPassInBlocks(count, planned.transactionsPerBlock);
    }
    if (clock.nextSlotToBuild(l1Clock.now()) > latestSlot) {
      throw new EpochMissedError(epochNumber, 'too few slots were left for the next checkpoint');
    }
    const buildsAtMs = clock.buildStartMs(clock.nextSlotToBuild(l1Clock.now()));
    await l1Clock.holdAt(buildsAtMs - SAFETY_MS, () => this.#send(made));

    const deadlineMs = clock.slotStartMs(latestSlot + 1);
    while (!(await this.#areMined(made)) || (await node.getCheckpointedBlockNumber()) === blocksBefore) {
      if (l1Clock.now() > deadlineMs) throw new EpochMissedError(epochNumber, 'a checkpoint was not mined in time');
      await sleep(POLL_MS);
    }
    // Nothing more may pass before the next step of the plan.
    await gate.letPass(1);
    const block = await node.getBlock(await node.getCheckpointedBlockNumber());
    if (block === undefined) throw new Error('the node does not have its own checkpointed block');
    return { checkpointNumber: block.checkpointNumber, slot: block.slot };
  }

  async #make({ transactions }: PlannedCheckpoint): Promise<Tx[]> {
    const made: Tx[] = [];
    for (const kind of transactions) made.push(await this.#with.wallet.make(kind));
    return made;
  }

  async #send(made: readonly Tx[]): Promise<void> {
    for (const tx of made) {
      if (tx.hasPublicCalls()) this.#publicTransactions.add(tx.getTxHash().toString());
      await this.#with.node.sendTx(tx);
    }
  }

  /** Waits until the sequencer builds nothing, so that its next block finds everything that is sent. */
  async #untilSequencerRests(): Promise<void> {
    const { clock, l1Clock } = this.#with;
    const nowMs = l1Clock.now();
    const nextSlot = clock.nextSlotToBuild(nowMs);
    const isTooLate = clock.buildStartMs(nextSlot) - nowMs < 2 * SAFETY_MS;
    // At a slot's beginning, an L1 block after it started to build, it has stopped waiting for transactions.
    await l1Clock.sleepUntil(clock.slotStartMs(isTooLate ? nextSlot : nextSlot - 1) + SKEW_MS);
  }

  async #areMined(made: readonly Tx[]): Promise<boolean> {
    for (const tx of made) {
      const { status, error } = await this.#with.node.getTxReceipt(tx.getTxHash());
      if (status === TxStatus.DROPPED)
        throw new Error(`the node dropped transaction ${tx.getTxHash().toString()}: ${error ?? 'no reason given'}`);
      if (SortedTxStatuses.indexOf(status) < SortedTxStatuses.indexOf(TxStatus.CHECKPOINTED)) return false;
    }
    return true;
  }

  /** Waits until what a missed epoch has left behind is mined, before anything new is sent. */
  async #drain(): Promise<void> {
    const { node, gate } = this.#with;
    await gate.letPass(1);
    while ((await node.getPendingTxCount()) > 0) await sleep(POLL_MS);
  }
}
