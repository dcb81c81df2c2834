import { describe, expect, it } from 'vitest';

import {
  AWS_PRICES,
  FARGATE_SPOT,
  MANAGED_INSTANCE_FEES,
  managedInstanceFee,
  type PriceSource,
} from '../../../shared/cost/aws-prices.ts';

const SOURCES: readonly (readonly [string, PriceSource])[] = [
  ...Object.entries(AWS_PRICES),
  ['FARGATE_SPOT', FARGATE_SPOT],
  ...MANAGED_INSTANCE_FEES.map((fee) => [`the fee of ${String(fee.types)}`, fee] as const),
];

describe('every price of AWS', () => {
  it.each(SOURCES)('has the page that it is from, and its day: %s', (_name, { asOf, source }) => {
    expect(new URL(source).hostname).toMatch(/\.[a-z]+$/);
    expect(new Date(asOf).toISOString()).toBe(`${asOf}T00:00:00.000Z`);
  });

  it.each([
    [['m8a.16xlarge', 'm7a.16xlarge'], 0.12],
    [['g6.4xlarge'], 0.078],
    [['gr6.*'], 0.078],
    [['p5.*', 'trn2.3xlarge'], 0.048],
    [['g6.4xlarge', 'c8a.*'], 0.12],
  ])('has the fee of ECS for %j: the dearest', (types, share) => {
    expect(managedInstanceFee(types)).toBe(share);
  });

  it("has the fee of AWS's own example", () => {
    expect(0.306 * managedInstanceFee(['c6a.2xlarge'])).toBeCloseTo(0.037, 3);
  });
});
