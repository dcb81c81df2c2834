import { encodeFunctionData, type Hex, parseAbi } from 'viem';

import { parseCanaryProof } from './canary-proof.ts';

/** The calls of `CanaryRollup.sol`. */
export const CANARY_ROLLUP_ABI = parseAbi([
  'constructor(address verifier, bytes32 genesisState, bytes32 leafKeyHash, bytes32 mergeKeyHash)',
  'function state() view returns (bytes32)',
  'function acceptedAt(bytes32 state) view returns (uint256)',
  'function verifier() view returns (address)',
  'function leafKeyHash() view returns (bytes32)',
  'function mergeKeyHash() view returns (bytes32)',
  'function submitRoot(bytes32 tree, bytes32 from, bytes32 to, uint256 leaves, bytes proof)',
  'event RootAccepted(bytes32 indexed tree, bytes32 from, bytes32 to, uint256 leaves)',
  'error DoesNotExtend(bytes32 state, bytes32 from)',
  'error StateTaken(bytes32 state)',
  'error ProofRejected()',
]);

/** The call data that submits a stored root. @throws {CanaryFormatError} if it is not a stored proof of `CANARY_ROOT`. */
export function encodeRootSubmission(rootProof: Uint8Array): Hex {
  const { statement, proof } = parseCanaryProof('CANARY_ROOT', rootProof);
  const { tree, from, to, leaves } = statement;
  const proofBytes: Hex = `0x${Buffer.from(proof, 'base64').toString('hex')}`;
  return encodeFunctionData({
    abi: CANARY_ROLLUP_ABI,
    functionName: 'submitRoot',
    args: [tree, from, to, BigInt(leaves), proofBytes],
  });
}
