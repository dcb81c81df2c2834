import { RollupAbi } from '@aztec/l1-artifacts/RollupAbi';
import { decodeFunctionData, encodeFunctionData } from 'viem';
import { expect, it } from 'vitest';

import { withAlteredProof } from '../../../containers/real-proofs/check-altered-proof.ts';

const ZERO = `0x${'00'.repeat(32)}` as const;

it('changes one bit of the proof of a root, and nothing else', () => {
  const root = {
    start: 1n,
    end: 1n,
    args: { previousArchive: ZERO, endArchive: ZERO, outHash: ZERO, proverId: `0x${'ab'.repeat(20)}` as const },
    fees: [ZERO],
    attestations: { signatureIndices: '0x', signaturesOrAddresses: '0x' },
    blobInputs: '0x01',
    proof: '0xfff0',
  } as const;
  const data = encodeFunctionData({ abi: RollupAbi, functionName: 'submitEpochRootProof', args: [root] });

  const altered = decodeFunctionData({ abi: RollupAbi, data: withAlteredProof(data) });

  expect(altered.functionName).toBe('submitEpochRootProof');
  expect(altered.args[0]).toMatchObject({ start: 1n, end: 1n, blobInputs: '0x01', proof: '0xfff1' });
});
