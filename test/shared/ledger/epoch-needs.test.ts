import { describe, expect, it } from 'vitest';

import { EpochState } from '../../../shared/ledger/epoch-ledger.ts';
import { needOfEpoch } from '../../../shared/ledger/epoch-needs.ts';

const DEADLINE_AT_MS = 1_000;

describe('what an epoch needs', () => {
  const needs = (nowMs: number): readonly string[] =>
    EpochState.options.map((state) => needOfEpoch({ state, deadlineAtMs: DEADLINE_AT_MS }, nowMs));

  it('is proofs while its window is open, also between two attempts', () => {
    expect(EpochState.options).toEqual(['proving', 'submitting', 'proven', 'failed', 'expired']);
    expect(needs(DEADLINE_AT_MS - 1)).toEqual(['proofs', 'mining', 'nothing', 'proofs', 'nothing']);
  });

  it('is to be closed from the moment at which L1 refuses its proof', () => {
    expect(needs(DEADLINE_AT_MS)).toEqual(['closing', 'mining', 'nothing', 'closing', 'nothing']);
  });
});
