import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type ClockedEpoch, elapsedShare, streamClock } from '../../../../shared/merge-tree/forecast/stream-clock.ts';
import { EpochNumber, makeEpochId, makeLineId } from '../../../../shared/proving-job/epoch-id.ts';
import { namesOfEpoch } from '../../../fixtures/epoch-id.ts';

const GENESIS_MS = 1_790_000_000_000;

/** As its first job opens it, `firstJobMs` after its first slot began. */
function epochOf(number: number, epochMs: number, windowEpochs: number, firstJobMs: number): ClockedEpoch {
  const startsAtMs = GENESIS_MS + number * epochMs;
  return {
    ...namesOfEpoch(number),
    openedAtMs: startsAtMs + firstJobMs,
    deadlineAtMs: startsAtMs + (windowEpochs + 1) * epochMs,
  };
}

describe('the clock of an epoch that streams', () => {
  it('is that of mainnet for the first epoch', () => {
    const clock = streamClock(epochOf(7, 2_304_000, 1, 96_000), []);

    expect(clock).toEqual({ startsAtMs: GENESIS_MS + 7 * 2_304_000, endsAtMs: GENESIS_MS + 8 * 2_304_000 });
  });

  it('follows from the deadlines of two epochs on any rollup', () => {
    const rollups = fc.record({
      slots: fc.integer({ min: 2, max: 64 }),
      slotSeconds: fc.integer({ min: 4, max: 120 }),
      windowEpochs: fc.integer({ min: 1, max: 4 }),
      number: fc.integer({ min: 1, max: 5_000 }),
    });
    fc.assert(
      fc.property(rollups, ({ slots, slotSeconds, windowEpochs, number }) => {
        const epochMs = slots * slotSeconds * 1000;
        const [before, epoch] = [number - 1, number].map((each) => epochOf(each, epochMs, windowEpochs, epochMs / 2));

        expect(streamClock(epoch!, [before!])).toEqual({
          startsAtMs: GENESIS_MS + number * epochMs,
          endsAtMs: GENESIS_MS + (number + 1) * epochMs,
        });
      }),
    );
  });

  it('is not misled by an epoch that a node took up late, or by another rollup', () => {
    const late = epochOf(7, 2_304_000, 1, 2_400_000);
    const ofOther = { ...epochOf(3, 500_000, 1, 1_000), id: makeEpochId(makeLineId('6.0.0'), EpochNumber.parse(3)) };

    expect(streamClock(late, [epochOf(8, 2_304_000, 1, 96_000), ofOther]).endsAtMs).toBe(GENESIS_MS + 8 * 2_304_000);
  });

  it('begins with the first job where no L1 is known', () => {
    const id = makeEpochId(makeLineId('6.0.0'), EpochNumber.parse(9));
    const { startsAtMs, endsAtMs } = streamClock(
      { id, epoch: EpochNumber.parse(9), openedAtMs: GENESIS_MS, deadlineAtMs: GENESIS_MS + 1e9 },
      [],
    );

    expect(GENESIS_MS - startsAtMs).toBe(96_000);
    expect(endsAtMs - startsAtMs).toBe(2_304_000);
  });

  it('has all checkpoints a little after its end, and none before its first slot is over', () => {
    const clock = { startsAtMs: GENESIS_MS, endsAtMs: GENESIS_MS + 2_304_000 };

    expect(elapsedShare(clock, GENESIS_MS + 20_000)).toBe(0);
    expect(elapsedShare(clock, GENESIS_MS + 24_000 + 1_152_000)).toBeCloseTo(0.5);
    expect(elapsedShare(clock, clock.endsAtMs)).toBeLessThan(1);
    expect(elapsedShare(clock, clock.endsAtMs + 24_000)).toBe(1);
  });
});
