import type { DevnetTiming } from '../l1/devnet-timing.ts';

/** Computes slots and epochs from a time, as Aztec's nodes do. Times are in milliseconds since 1970. */
export class SlotClock {
  readonly #genesisMs: number;
  readonly #slotMs: number;
  readonly #l1SlotMs: number;
  readonly epochSlots: number;

  /** @param genesisSeconds when slot 0 began */
  constructor(timing: DevnetTiming, genesisSeconds: number) {
    this.#genesisMs = genesisSeconds * 1000;
    this.#slotMs = timing.aztecSlotSeconds * 1000;
    this.#l1SlotMs = timing.ethereumSlotSeconds * 1000;
    this.epochSlots = timing.epochSlots;
  }

  slotStartMs(slot: number): number {
    return this.#genesisMs + slot * this.#slotMs;
  }

  /** When the sequencer starts to build for a slot: one L1 block ahead, to be in the slot's first L1 block. */
  buildStartMs(slot: number): number {
    return this.slotStartMs(slot) - this.#l1SlotMs;
  }

  /** The first slot that the sequencer has not started to build for. */
  nextSlotToBuild(nowMs: number): number {
    return Math.max(0, Math.floor((nowMs - this.buildStartMs(0)) / this.#slotMs) + 1);
  }

  epochOf(slot: number): number {
    return Math.floor(slot / this.epochSlots);
  }

  firstSlotOf(epochNumber: number): number {
    return epochNumber * this.epochSlots;
  }

  lastSlotOf(epochNumber: number): number {
    return this.firstSlotOf(epochNumber + 1) - 1;
  }

  /** The slot in which to begin `checkpoints` of them, one a slot, so that they all are in one epoch. */
  slotToBegin(checkpoints: number, nowMs: number): number {
    const slot = this.nextSlotToBuild(nowMs);
    const nextEpoch = this.epochOf(slot) + 1;
    return slot + checkpoints <= this.firstSlotOf(nextEpoch) ? slot : this.firstSlotOf(nextEpoch);
  }
}
