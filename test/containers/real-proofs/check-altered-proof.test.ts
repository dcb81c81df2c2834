import { HonkVerifierAbi } from '@aztec/l1-artifacts/HonkVerifierAbi';
import { RollupAbi } from '@aztec/l1-artifacts/RollupAbi';
import {
  decodeFunctionData,
  encodeErrorResult,
  encodeFunctionData,
  type Hex,
  RpcRequestError,
  TimeoutError,
} from 'viem';
import { describe, expect, it } from 'vitest';

import { checkAlteredProof, withAlteredProof } from '../../../containers/real-proofs/check-altered-proof.ts';

const ZERO = `0x${'00'.repeat(32)}` as const;
const URL = 'http://127.0.0.1:8545';
const SENDER = `0x${'cd'.repeat(20)}` as const;
const BLOCK = 8n;

const ROOT = encodeFunctionData({
  abi: RollupAbi,
  functionName: 'submitEpochRootProof',
  args: [
    {
      start: 1n,
      end: 1n,
      args: { previousArchive: ZERO, endArchive: ZERO, outHash: ZERO, proverId: `0x${'ab'.repeat(20)}` },
      fees: [ZERO],
      attestations: { signatureIndices: '0x', signaturesOrAddresses: '0x' },
      blobInputs: '0x01',
      proof: '0xfff0',
    },
  ],
});

const refusal = (errorName: 'SumcheckFailed' | 'ShpleminiFailed'): Error =>
  new RpcRequestError({
    body: {},
    url: URL,
    error: { code: 3, message: 'execution reverted', data: encodeErrorResult({ abi: HonkVerifierAbi, errorName }) },
  });

/** A rollup to which the root was sent in a transaction. @param verify throws for roots that it refuses */
function aRollup(verify: (root: Hex) => void): Parameters<typeof checkAlteredProof>[0] {
  const l1 = {
    getTransaction: async () => ({ input: ROOT, from: SENDER, to: SENDER, blockNumber: BLOCK }),
    call: async ({ data, account, blockNumber }: { data: Hex; account: Hex; blockNumber: bigint }) => {
      expect({ account, blockNumber }).toEqual({ account: SENDER, blockNumber: BLOCK - 1n });
      verify(data);
    },
  };
  return l1 as unknown as Parameters<typeof checkAlteredProof>[0];
}

it('changes one bit of the proof of a root, and nothing else', () => {
  const altered = decodeFunctionData({ abi: RollupAbi, data: withAlteredProof(ROOT) });

  expect(altered.functionName).toBe('submitEpochRootProof');
  expect(altered.args[0]).toMatchObject({ start: 1n, end: 1n, blobInputs: '0x01', proof: '0xfff1' });
});

describe('a root that was mined', () => {
  it('is refused with an altered proof, and for another prover, each with the reason of the verifier', async () => {
    const rollup = aRollup((data) => {
      if (data === withAlteredProof(ROOT)) throw refusal('ShpleminiFailed');
      if (data !== ROOT) throw refusal('SumcheckFailed');
    });

    expect(await checkAlteredProof(rollup, ZERO)).toEqual(['ShpleminiFailed()', 'SumcheckFailed()']);
  });

  it.for<[what: string, refused: (root: Hex) => boolean]>([
    ['any proof', () => false],
    ['the proof for any prover', (root) => root === withAlteredProof(ROOT)],
  ])('proves nothing to a verifier that takes %s', async ([, isRefused]) => {
    const rollup = aRollup((root) => {
      if (isRefused(root)) throw refusal('ShpleminiFailed');
    });

    await expect(checkAlteredProof(rollup, ZERO)).rejects.toThrow('its verifier checks nothing');
  });

  it.for<[what: string, error: Error, isOfRoot: boolean]>([
    ['a verifier that refuses every root', refusal('SumcheckFailed'), true],
    ['an L1 that does not answer', new TimeoutError({ body: {}, url: URL }), false],
  ])('shows nothing with %s', async ([, error, isOfRoot]) => {
    const rollup = aRollup((root) => {
      if (isOfRoot || root !== ROOT) throw error;
    });

    await expect(checkAlteredProof(rollup, ZERO)).rejects.toBe(error);
  });
});
