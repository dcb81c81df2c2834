import { EpochNumber } from '@aztec/foundation/branded-types';
import { getProofSubmissionDeadlineTimestamp, getStartTimestampForEpoch } from '@aztec/stdlib/epoch-helpers';
import { describe, expect, it } from 'vitest';

import { epochAt, epochDeadlineAtMs, epochStartAtMs, type RollupTiming } from '../../../shared/l1/epoch-timing.ts';

const MAINNET: RollupTiming = {
  genesisAtSeconds: 1_763_000_000,
  slotSeconds: 72,
  epochSlots: 32,
  proofSubmissionEpochs: 1,
};
const IMPATIENT: RollupTiming = { genesisAtSeconds: 5, slotSeconds: 12, epochSlots: 2, proofSubmissionEpochs: 0 };

describe.each([
  ['mainnet', MAINNET],
  ['a rollup that takes proofs only while the epoch lasts', IMPATIENT],
])('the clock of %s', (_, timing) => {
  const aztecs = {
    l1GenesisTime: BigInt(timing.genesisAtSeconds),
    slotDuration: timing.slotSeconds,
    epochDuration: timing.epochSlots,
    proofSubmissionEpochs: timing.proofSubmissionEpochs,
  };

  it.each([0, 1, 1234])('begins epoch %i and closes its window when Aztec does', (epoch) => {
    expect(BigInt(epochStartAtMs(epoch, timing))).toBe(getStartTimestampForEpoch(EpochNumber(epoch), aztecs) * 1000n);
    const deadline = getProofSubmissionDeadlineTimestamp(EpochNumber(epoch), aztecs);
    expect(BigInt(epochDeadlineAtMs(epoch, timing))).toBe(deadline * 1000n);
  });

  it('returns the epoch at a time, to the millisecond', () => {
    expect(epochAt(epochStartAtMs(7, timing), timing)).toBe(7);
    expect(epochAt(epochStartAtMs(7, timing) - 1, timing)).toBe(6);
  });
});
