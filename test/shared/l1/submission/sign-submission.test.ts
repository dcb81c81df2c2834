import { describe, expect, it } from 'vitest';

import { boundGasLimit } from '../../../../shared/l1/submission/sign-submission.ts';
import type { Submission } from '../../../../shared/ledger/outbox.ts';

const reverted = { gasLimit: '4000000', outcome: 'reverted' } as Submission;

describe('boundGasLimit', () => {
  it('keeps an estimate that is possible', () => {
    expect(boundGasLimit(3_000_000n, { data: '0x0001', submissions: [] })).toBe(3_000_000n);
  });

  it('allows no less than L1 charges for the data alone', () => {
    expect(boundGasLimit(1n, { data: '0x000102', submissions: [] })).toBe(21_000n + 4n + 32n);
  });

  it('allows no more than L1 accepts in a transaction', () => {
    expect(boundGasLimit(10n ** 12n, { data: '0x', submissions: [] })).toBe(2n ** 24n);
  });

  it('allows more after a revert, which may have been for lack of gas', () => {
    expect(boundGasLimit(3_000_000n, { data: '0x', submissions: [reverted] })).toBe(6_000_000n);
  });
});
