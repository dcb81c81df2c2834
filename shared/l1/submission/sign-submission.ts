import { formatEther, type Hex, hexToBytes, keccak256 } from 'viem';

import type { RootRecord, Submission } from '../../ledger/outbox.ts';
import type { SubmissionStep } from './submission-step.ts';
import { CallRevertedError } from '../errors.ts';
import type { Fees } from './fees.ts';
import type { L1Reader } from '../l1-client.ts';
import type { PublisherAccount } from '../publisher/publisher-account.ts';
import { revertReason } from '../revert-reason.ts';
import type { SubmissionPolicy } from './submission-policy.ts';

/** The most gas that L1 accepts in one transaction. @see EIP-7825, 2^24 */
const MAX_TRANSACTION_GAS = 16_777_216n;
/** The gas of a transfer, and the least of any transaction. */
const CANCEL_GAS = 21_000n;
/** The least gas of a zero byte and of another one in the data of a transaction. @see EIP-2028 */
const DATA_GAS = { zero: 4n, other: 16n };

export interface SignSubmissionDeps {
  /** The node that the step was decided from. */
  readonly reader: L1Reader;
  readonly account: PublisherAccount;
  readonly policy: SubmissionPolicy;
  readonly nowMs: () => number;
}

export type SignedSubmission =
  | { readonly outcome: 'signed'; readonly submission: Submission }
  /** The account cannot pay for it. */
  | { readonly outcome: 'low-balance'; readonly reason: string };

/**
 * Signs the transaction of a step. A submission is first tried as a call, so that one that would revert costs no gas.
 * @throws {CallRevertedError} when the trial run reverts
 */
export async function signSubmission(
  root: RootRecord,
  step: Extract<SubmissionStep, { do: 'submit' | 'cancel' }>,
  balanceWei: bigint,
  deps: SignSubmissionDeps,
): Promise<SignedSubmission> {
  const { account } = deps;
  const isCancel = step.do === 'cancel';
  const gasLimit = isCancel ? CANCEL_GAS : await estimateGas(root, deps);
  const neededWei = gasLimit * step.fees.maxFeePerGasWei;
  if (balanceWei < neededWei)
    return { outcome: 'low-balance', reason: lowBalance(account.address, balanceWei, neededWei) };
  const call = isCancel ? { to: account.address, data: '0x' as const } : { to: root.to, data: root.data };
  const signedTransaction = await sign(call, step.nonce, gasLimit, step.fees, deps);
  return {
    outcome: 'signed',
    submission: {
      transactionHash: keccak256(signedTransaction),
      signedTransaction,
      from: account.address,
      nonce: step.nonce,
      gasLimit: gasLimit.toString(),
      maxFeePerGasWei: step.fees.maxFeePerGasWei.toString(),
      maxPriorityFeePerGasWei: step.fees.maxPriorityFeePerGasWei.toString(),
      signedAtMs: deps.nowMs(),
      ...(isCancel && { cancels: true }),
    },
  };
}

async function estimateGas(root: RootRecord, { reader, account, policy }: SignSubmissionDeps): Promise<bigint> {
  // Not on the pending block, which may hold the transaction that this one is to replace.
  const call = { account: account.address, to: root.to, data: root.data, blockTag: 'latest' } as const;
  try {
    // An estimate would revert as well, but many nodes then do not say why.
    await reader.call(call);
    const estimate = await reader.estimateGas(call);
    const buffered = estimate + (estimate * BigInt(Math.round(policy.gasLimitBufferPercentage * 100))) / 10_000n;
    return boundGasLimit(buffered, root);
  } catch (error) {
    const reason = revertReason(error);
    if (reason === undefined) throw error;
    throw new CallRevertedError(root.to, reason, { cause: error });
  }
}

/**
 * A gas limit within what is possible. It is half again as high as that of the last transaction that reverted: if that one ran
 * out of gas, the same estimate would only cost as much again. Gas that is not used is not paid.
 */
export function boundGasLimit(wanted: bigint, { data, submissions }: Pick<RootRecord, 'data' | 'submissions'>): bigint {
  const reverted = submissions.findLast(({ outcome }) => outcome === 'reverted');
  const afterRevert = (BigInt(reverted?.gasLimit ?? 0) * 3n) / 2n;
  const least = [leastGas(data), afterRevert].reduce((most, gas) => (gas > most ? gas : most), wanted);
  return least < MAX_TRANSACTION_GAS ? least : MAX_TRANSACTION_GAS;
}

/** What L1 charges for a transaction with this data before it runs anything. */
function leastGas(data: Hex): bigint {
  const bytes = hexToBytes(data);
  const zeros = BigInt(bytes.filter((byte) => byte === 0).length);
  return CANCEL_GAS + zeros * DATA_GAS.zero + (BigInt(bytes.length) - zeros) * DATA_GAS.other;
}

async function sign(
  call: { readonly to: Hex; readonly data: Hex },
  nonce: number,
  gas: bigint,
  fees: Fees,
  { reader, account }: SignSubmissionDeps,
): Promise<Hex> {
  return await account.signTransaction({
    type: 'eip1559',
    chainId: reader.chain.id,
    ...call,
    value: 0n,
    nonce,
    gas,
    maxFeePerGas: fees.maxFeePerGasWei,
    maxPriorityFeePerGas: fees.maxPriorityFeePerGasWei,
  });
}

function lowBalance(address: Hex, balanceWei: bigint, neededWei: bigint): string {
  const holds = `${address} holds ${formatEther(balanceWei)} ETH`;
  return `${holds} but the transaction may cost up to ${formatEther(neededWei)} ETH: send ether to that address`;
}
