import { RollupAbi } from '@aztec/l1-artifacts/RollupAbi';
import { decodeFunctionData, encodeFunctionData, type Hex } from 'viem';

import type { L1Client } from '../../shared/l1/l1-client.ts';
import { revertReason } from '../../shared/l1/revert-reason.ts';

/** The verifier took a proof that it should have refused: it proves nothing. */
export class AlteredProofAcceptedError extends Error {
  override readonly name = 'AlteredProofAcceptedError';

  constructor() {
    super('the rollup accepts the root with one bit of its proof changed: its verifier checks nothing');
  }
}

const PROVER_ID_BYTES = 20;

/**
 * Asks the rollup, before the root was mined, whether it would take the root, and whether it would take it with one bit of its
 * proof, or its prover, changed. Only calls: nothing is sent.
 * @returns why it refuses each of the altered roots
 * @throws {AlteredProofAcceptedError} or the error of L1, if it does not answer or refuses the root itself
 */
export async function checkAlteredProof(
  l1: Pick<L1Client, 'call' | 'getTransaction'>,
  transactionHash: Hex,
): Promise<readonly string[]> {
  const { input, from, to, blockNumber } = await l1.getTransaction({ hash: transactionHash });
  if (to === null) throw new Error(`${transactionHash} is not a call of the rollup`);
  const before = { account: from, to, blockNumber: blockNumber - 1n };
  // Shows that the block before is one in which the root itself is taken.
  await l1.call({ ...before, data: input });
  const refusals: string[] = [];
  for (const data of [withAlteredProof(input), withOtherProver(input)]) {
    const refusal = await l1.call({ ...before, data }).then(
      () => undefined,
      (error: unknown) => {
        const reason = revertReason(error);
        if (reason === undefined) throw error;
        return reason;
      },
    );
    if (refusal === undefined) throw new AlteredProofAcceptedError();
    refusals.push(refusal);
  }
  return refusals;
}

/** The same root, with the lowest bit of the last word of its proof changed. */
export function withAlteredProof(data: Hex): Hex {
  return change(data, (root) => ({ ...root, proof: flipLastBit(root.proof) }));
}

/** The same root and proof, for another prover: one of the public inputs differs. */
function withOtherProver(data: Hex): Hex {
  return change(data, (root) => ({
    ...root,
    args: { ...root.args, proverId: `0x${'11'.repeat(PROVER_ID_BYTES)}` as const },
  }));
}

type RootCall = Extract<
  ReturnType<typeof decodeFunctionData<typeof RollupAbi>>,
  { functionName: 'submitEpochRootProof' }
>;

function change(data: Hex, alter: (root: RootCall['args'][0]) => RootCall['args'][0]): Hex {
  const call = decodeFunctionData({ abi: RollupAbi, data });
  if (call.functionName !== 'submitEpochRootProof') throw new Error(`the call is ${call.functionName}, not a root's`);
  return encodeFunctionData({ abi: RollupAbi, functionName: 'submitEpochRootProof', args: [alter(call.args[0])] });
}

function flipLastBit(hex: Hex): Hex {
  const last = Number.parseInt(hex.slice(-1), 16) ^ 1;
  return `${hex.slice(0, -1)}${last.toString(16)}` as Hex;
}
