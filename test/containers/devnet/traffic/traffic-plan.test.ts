import { describe, expect, it } from 'vitest';

import { DEFAULT_TIMING } from '../../../../containers/devnet/l1/devnet-timing.ts';
import { EPOCH_PLAN, TransactionKind } from '../../../../containers/devnet/traffic/traffic-plan.ts';

describe('EPOCH_PLAN', () => {
  it('has every kind of transaction, and a message from L1', () => {
    expect(new Set(EPOCH_PLAN.flatMap(({ transactions }) => transactions))).toEqual(new Set(TransactionKind.options));
    expect(EPOCH_PLAN.some(({ sendsL1ToL2Message }) => sendsL1ToL2Message)).toBe(true);
  });

  it('has checkpoints without, with one and with several transactions, and one with several blocks', () => {
    const counts = EPOCH_PLAN.map(({ transactions }) => transactions.length);
    expect(counts).toContain(0);
    expect(counts).toContain(1);
    expect(counts.some((count) => count > 2)).toBe(true);
    expect(EPOCH_PLAN.some((planned) => (planned.transactionsPerBlock ?? 64) < planned.transactions.length)).toBe(true);
  });

  it('begins with a checkpoint that needs no wallet, and ends the epoch', () => {
    expect(EPOCH_PLAN.at(0)?.transactions).toEqual([]);
    expect(EPOCH_PLAN.at(-1)).toEqual({ transactions: [], closesEpoch: true });
  });

  it('leaves a slow machine two slots of the default epoch', () => {
    expect(EPOCH_PLAN.length).toBe(DEFAULT_TIMING.epochSlots - 2);
  });
});
