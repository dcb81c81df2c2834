import { describe, expect, it } from 'vitest';

import { SlotClock } from '../../../../containers/devnet/sequencer/slot-clock.ts';

const TIMING = { ethereumSlotSeconds: 4, aztecSlotSeconds: 12, epochSlots: 8, proofSubmissionEpochs: 64 };
const GENESIS_SECONDS = 1_000;
const clock = new SlotClock(TIMING, GENESIS_SECONDS);

/** @returns milliseconds since 1970 of a moment so many seconds after slot 0 began */
function at(seconds: number): number {
  return (GENESIS_SECONDS + seconds) * 1000;
}

describe('SlotClock', () => {
  it('starts building for a slot one L1 block before the slot', () => {
    expect(clock.buildStartMs(3)).toBe(at(32));
  });

  it.each([
    { seconds: -30, slot: 0 },
    { seconds: 0, slot: 1 },
    { seconds: 7.999, slot: 1 },
    { seconds: 8, slot: 2 },
    { seconds: 20, slot: 3 },
  ])('has slot $slot as the next to build, $seconds s after slot 0 began', ({ seconds, slot }) => {
    expect(clock.nextSlotToBuild(at(seconds))).toBe(slot);
  });

  it('gives an epoch its first and its last slot', () => {
    expect([clock.firstSlotOf(2), clock.lastSlotOf(2)]).toEqual([16, 23]);
    expect([15, 16, 23, 24].map((slot) => clock.epochOf(slot))).toEqual([1, 2, 2, 3]);
  });

  it('begins in the next slot when the rest of the epoch has room', () => {
    expect(clock.slotToBegin(6, at(8))).toBe(2);
  });

  it('begins with the next epoch when the rest of this one is too short', () => {
    expect(clock.slotToBegin(6, at(20))).toBe(8);
  });
});
