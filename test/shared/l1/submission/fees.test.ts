import { parseGwei } from 'viem';
import { describe, expect, it } from 'vitest';

import type { FeeMarket } from '../../../../shared/l1/submission/fee-market.ts';
import { type Fees, firstFees, isBelowMarket, replacementFees } from '../../../../shared/l1/submission/fees.ts';
import {
  DEFAULT_SUBMISSION_POLICY,
  type SubmissionPolicy,
} from '../../../../shared/l1/submission/submission-policy.ts';

const market = (baseGwei: string, priorityGwei: string): FeeMarket => ({
  baseFeePerGasWei: parseGwei(baseGwei),
  priorityFeePerGasWei: parseGwei(priorityGwei),
});
const fees = (maxGwei: string, priorityGwei: string): Fees => ({
  maxFeePerGasWei: parseGwei(maxGwei),
  maxPriorityFeePerGasWei: parseGwei(priorityGwei),
});
const policy = (change: Partial<SubmissionPolicy> = {}): SubmissionPolicy => ({
  ...DEFAULT_SUBMISSION_POLICY,
  ...change,
});

describe('firstFees', () => {
  it('offers a fifth more priority than the market, and headroom for a base fee that rises for as long as a stall', () => {
    expect(firstFees(market('16', '1'), policy())).toEqual(fees('19.2', '1.2'));
    expect(firstFees(market('16', '1'), policy({ stallSeconds: 24 }))).toEqual(fees('21.45', '1.2'));
  });

  it('offers at least the priority fee of the policy', () => {
    expect(firstFees(market('16', '1'), policy({ minPriorityFeePerGasWei: parseGwei('5') }))).toEqual(fees('23', '5'));
  });

  it('gives up headroom and surplus before it gives up the transaction, down to the price of the market', () => {
    const capped = policy({ maxFeePerGasWei: parseGwei('17') });
    expect(firstFees(market('16', '1'), capped)).toEqual(fees('17', '1'));
    expect(firstFees(market('16', '1.000000001'), capped)).toBeUndefined();
  });

  it('offers nothing when the least priority fee would exceed the cap', () => {
    const capped = policy({ maxFeePerGasWei: parseGwei('17'), minPriorityFeePerGasWei: parseGwei('2') });
    expect(firstFees(market('16', '1'), capped)).toBeUndefined();
  });
});

describe('replacementFees', () => {
  it('raises both fees by half, as Aztec does', () => {
    expect(replacementFees(fees('20', '2'), market('10', '1'), policy())).toEqual(fees('30', '3'));
  });

  it('follows a market that has risen more', () => {
    expect(replacementFees(fees('20', '2'), market('80', '4'), policy())).toEqual(fees('96', '6'));
  });

  it('raises by at least a tenth, however little the policy says, and by a wei when the fee is 0', () => {
    const timid = policy({ replacementBumpPercentage: 1 });
    expect(replacementFees(fees('20', '2'), market('10', '0'), timid)).toEqual(fees('22', '2.2'));
    expect(replacementFees(fees('20', '0'), market('10', '0'), policy())).toEqual(fees('30', '0.000000001'));
  });

  it('goes up to the cap as long as nodes accept that as a replacement, and stops there', () => {
    const capped = policy({ maxFeePerGasWei: parseGwei('22') });
    expect(replacementFees(fees('20', '2'), market('10', '1'), capped)).toEqual(fees('22', '3'));
    expect(replacementFees(fees('20.1', '2'), market('10', '1'), capped)).toBeUndefined();
    expect(replacementFees(fees('10', '21'), market('10', '1'), capped)).toBeUndefined();
  });

  it('offers nothing that the next block could not hold', () => {
    expect(
      replacementFees(fees('20', '2'), market('23', '1'), policy({ maxFeePerGasWei: parseGwei('22') })),
    ).toBeUndefined();
  });
});

describe('isBelowMarket', () => {
  it('is true once the base fee is above the offer', () => {
    expect(isBelowMarket(fees('20', '2'), market('20', '0'))).toBe(false);
    expect(isBelowMarket(fees('20', '2'), market('20.000000001', '0'))).toBe(true);
  });
});
