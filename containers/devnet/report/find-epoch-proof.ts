import { RollupAbi } from '@aztec/l1-artifacts/RollupAbi';
import {
  decodeFunctionData,
  type GetTransactionReturnType,
  type Hex,
  isAddressEqual,
  type TransactionReceipt,
} from 'viem';

import type { L1Client } from '../../../shared/l1/l1-client.ts';

/** The transaction that must have proven an epoch. */
export interface WantedEpochProof {
  readonly rollupAddress: Hex;
  /** The prover node's account. */
  readonly publisher: Hex;
  readonly firstCheckpoint: number;
  readonly lastCheckpoint: number;
}

/** The transaction that proved an epoch, as L1 has it. */
export interface MinedEpochProof {
  readonly transactionHash: Hex;
  readonly from: Hex;
  readonly blockNumber: number;
  /** The block's time. */
  readonly minedAtMs: number;
  readonly gasUsed: bigint;
  readonly feeWei: bigint;
}

/** The rollup reports a checkpoint as proven, but not by the transaction that we wait for. */
export class ForeignEpochProofError extends Error {
  override readonly name = 'ForeignEpochProofError';
  readonly transactionHash: Hex;
  readonly problems: readonly string[];

  constructor(transactionHash: Hex, problems: readonly string[]) {
    super(`the checkpoints were proven by ${transactionHash}, which is not our submission: ${problems.join('; ')}`);
    this.transactionHash = transactionHash;
    this.problems = problems;
  }
}

/**
 * Finds on L1, not in the ledger, the transaction that proved the checkpoints. `undefined` until there is one.
 * @throws {ForeignEpochProofError} when the checkpoints were proven in any way but by our publisher's own transaction.
 */
export async function findEpochProof(l1: L1Client, wanted: WantedEpochProof): Promise<MinedEpochProof | undefined> {
  const [verified] = await l1.getContractEvents({
    address: wanted.rollupAddress,
    abi: RollupAbi,
    eventName: 'L2ProofVerified',
    args: { checkpointNumber: BigInt(wanted.lastCheckpoint) },
    fromBlock: 'earliest',
  });
  if (verified === undefined) return undefined;
  const [transaction, receipt, block] = await Promise.all([
    l1.getTransaction({ hash: verified.transactionHash }),
    l1.getTransactionReceipt({ hash: verified.transactionHash }),
    l1.getBlock({ blockHash: verified.blockHash }),
  ]);
  const problems = problemsOf(transaction, receipt, wanted);
  if (problems.length > 0) throw new ForeignEpochProofError(verified.transactionHash, problems);
  return {
    transactionHash: receipt.transactionHash,
    from: receipt.from,
    blockNumber: Number(receipt.blockNumber),
    minedAtMs: Number(block.timestamp) * 1000,
    gasUsed: receipt.gasUsed,
    feeWei: receipt.gasUsed * receipt.effectiveGasPrice,
  };
}

/** Every way in which a transaction differs from our publisher's own call that proves the checkpoints. */
export function problemsOf(
  { input }: Pick<GetTransactionReturnType, 'input'>,
  { from, to, status }: Pick<TransactionReceipt, 'from' | 'to' | 'status'>,
  { publisher, rollupAddress, firstCheckpoint, lastCheckpoint }: WantedEpochProof,
): readonly string[] {
  const call = decodeCall(input);
  const proven = call?.functionName === 'submitEpochRootProof' ? call.args[0] : undefined;
  return [
    ...(isAddressEqual(from, publisher) ? [] : [`it is from ${from}, our publisher is ${publisher}`]),
    ...(to !== null && isAddressEqual(to, rollupAddress)
      ? []
      : [to === null ? 'it has no recipient, not the rollup' : `it goes to ${to}, not to the rollup`]),
    ...(proven === undefined ? [`it calls ${call?.functionName ?? 'something else'}, not submitEpochRootProof`] : []),
    ...(proven !== undefined && (proven.start !== BigInt(firstCheckpoint) || proven.end !== BigInt(lastCheckpoint))
      ? [`it proves checkpoints ${proven.start} to ${proven.end}, not ${firstCheckpoint} to ${lastCheckpoint}`]
      : []),
    ...(status === 'success' ? [] : ['it was reverted']),
  ];
}

function decodeCall(data: Hex): ReturnType<typeof decodeFunctionData<typeof RollupAbi>> | undefined {
  try {
    return decodeFunctionData({ abi: RollupAbi, data });
  } catch {
    // Another contract's call, such as that of a contract that calls the rollup.
    return undefined;
  }
}
