import { parseGwei } from 'viem';
import { describe, expect, it } from 'vitest';

import { boundFeeMarket, type FeeReading } from '../../../../shared/l1/submission/bound-fee-market.ts';

const gwei = parseGwei;

function bound(change: Partial<FeeReading> = {}): ReturnType<typeof boundFeeMarket> {
  return boundFeeMarket({
    nextBaseFeeWei: gwei('8'),
    earlierBaseFeeWei: gwei('7'),
    headBaseFeeWei: gwei('8'),
    otherHeadBaseFeesWei: [],
    paidPriorityFeesWei: [gwei('1'), gwei('2'), gwei('3')],
    estimatedPriorityFeeWei: gwei('1'),
    ...change,
  });
}

describe('boundFeeMarket', () => {
  it('takes the larger of the estimate and what the last blocks were paid', () => {
    expect(bound().priorityFeePerGasWei).toBe(gwei('2'));
    expect(bound({ estimatedPriorityFeeWei: gwei('5') }).priorityFeePerGasWei).toBe(gwei('5'));
  });

  it('believes no estimate far above what the last blocks were paid', () => {
    expect(bound({ estimatedPriorityFeeWei: gwei('1500') }).priorityFeePerGasWei).toBe(gwei('6'));
  });

  it('allows a modest priority fee where blocks are paid nothing', () => {
    const quiet = { paidPriorityFeesWei: [0n, 0n] };
    expect(bound({ ...quiet, estimatedPriorityFeeWei: gwei('1') }).priorityFeePerGasWei).toBe(gwei('1'));
    expect(bound({ ...quiet, estimatedPriorityFeeWei: gwei('500') }).priorityFeePerGasWei).toBe(gwei('2'));
  });

  it('never exceeds the absolute maximum, whatever the blocks are said to have been paid', () => {
    expect(bound({ paidPriorityFeesWei: [gwei('1500')] }).priorityFeePerGasWei).toBe(gwei('100'));
  });

  it('believes no base fee lower than the next block can have', () => {
    expect(bound({ nextBaseFeeWei: 0n }).baseFeePerGasWei).toBe(gwei('7'));
  });

  it('believes no base fee far above that of the other nodes', () => {
    const absurd = { nextBaseFeeWei: gwei('9000'), headBaseFeeWei: gwei('9000') };
    expect(bound({ ...absurd, otherHeadBaseFeesWei: [gwei('8'), 0n] }).baseFeePerGasWei).toBe(gwei('16'));
    expect(bound(absurd).baseFeePerGasWei).toBe(gwei('9000'));
  });
});
