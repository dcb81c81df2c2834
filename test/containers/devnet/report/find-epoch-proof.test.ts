import { RollupAbi } from '@aztec/l1-artifacts/RollupAbi';
import { encodeFunctionData, type Hex } from 'viem';
import { describe, expect, it } from 'vitest';

import { problemsOf } from '../../../../containers/devnet/report/find-epoch-proof.ts';
import { rootCall } from '../../../shared/l1/rollup-on-anvil.ts';

const ROLLUP: Hex = '0x00000000000000000000000000000000000000aa';
const PUBLISHER: Hex = '0x00000000000000000000000000000000000000bb';
const OTHER: Hex = '0x00000000000000000000000000000000000000cc';

const WANTED = { rollupAddress: ROLLUP, publisher: PUBLISHER, firstCheckpoint: 4, lastCheckpoint: 6 };
const RECEIPT = { from: PUBLISHER, to: ROLLUP, status: 'success' } as const;
const INPUT = { input: rootCall(4, 6) };

describe('problemsOf', () => {
  it("finds no problem in our publisher's own submission", () => {
    expect(problemsOf(INPUT, RECEIPT, WANTED)).toEqual([]);
  });

  it.each([
    ['another account', INPUT, { ...RECEIPT, from: OTHER }, `it is from ${OTHER}, our publisher is ${PUBLISHER}`],
    ['another contract', INPUT, { ...RECEIPT, to: OTHER }, `it goes to ${OTHER}, not to the rollup`],
    ['a deployment', INPUT, { ...RECEIPT, to: null }, 'it has no recipient, not the rollup'],
    ['other checkpoints', { input: rootCall(4, 5) }, RECEIPT, 'it proves checkpoints 4 to 5, not 4 to 6'],
    ['a reverted call', INPUT, { ...RECEIPT, status: 'reverted' as const }, 'it was reverted'],
    [
      'another call of the rollup',
      { input: encodeFunctionData({ abi: RollupAbi, functionName: 'prune' }) },
      RECEIPT,
      'it calls prune, not submitEpochRootProof',
    ],
    [
      'no call of the rollup',
      { input: '0x12345678' as const },
      RECEIPT,
      'it calls something else, not submitEpochRootProof',
    ],
  ])('finds the problem of %s', (_, transaction, receipt, problem) => {
    expect(problemsOf(transaction, receipt, WANTED)).toEqual([problem]);
  });
});
