import { HonkVerifierAbi } from '@aztec/l1-artifacts/HonkVerifierAbi';
import { RollupAbi } from '@aztec/l1-artifacts/RollupAbi';
import { BaseError, decodeErrorResult, ExecutionRevertedError, type Hex, isHex, RpcRequestError } from 'viem';

import { errorText } from '../telemetry/error-text.ts';
import { maskRpcUrls } from './mask-rpc-url.ts';

/** The errors of the rollup, and those of its verifier, which it passes on. */
const ABI = [...RollupAbi, ...HonkVerifierAbi];

/** How nodes report a call that halted without `revert`: it ran out of gas, or hit an invalid instruction. */
const EVM_HALTED = /out of gas|outofgas|invalid opcode|evm error/i;

/**
 * Why a call of the rollup reverted, such as `Rollup__PastDeadline(7, 9)` or, for a proof that is not valid, `SumcheckFailed()`.
 * @returns `undefined` when the error is not a revert: L1 did not answer, or answered with another error
 */
export function revertReason(error: unknown): string | undefined {
  const data = revertData(error);
  if (data !== undefined) return decodeRevert(data);
  if (!(error instanceof BaseError)) return undefined;
  const reverted = error.walk((link) => link instanceof ExecutionRevertedError);
  if (reverted instanceof BaseError) return describeError(reverted);
  const answered = error.walk((link) => link instanceof RpcRequestError);
  return answered instanceof BaseError && EVM_HALTED.test(answered.details) ? describeError(answered) : undefined;
}

/** An error in one line for an operator, with no more of an RPC URL than its host. */
export function describeError(error: unknown): string {
  if (!(error instanceof BaseError)) return maskRpcUrls(errorText(error));
  const details = error.details === '' || error.details === error.shortMessage ? '' : ` (${error.details})`;
  return maskRpcUrls(`${error.shortMessage.replace(/\s+/g, ' ')}${details}${hostOf(error)}`);
}

/** viem names the URL in a separate line, in the error of the request itself. */
function hostOf(error: BaseError): string {
  const isUrl = (line: string): boolean => line.startsWith('URL: ');
  const request = error.walk((link) => link instanceof BaseError && link.metaMessages?.some(isUrl) === true);
  const line = request instanceof BaseError ? request.metaMessages?.find(isUrl) : undefined;
  return line === undefined ? '' : line.replace('URL: ', ' at ');
}

function decodeRevert(data: Hex): string {
  try {
    const decoded = decodeErrorResult({ abi: ABI, data });
    // viem adds Solidity's `Error(string)` and `Panic(uint256)` to the contract's errors; its types do not say so.
    const errorName: string = decoded.errorName;
    const values = (decoded.args as readonly unknown[] | undefined) ?? [];
    return errorName === 'Error' ? String(values[0]) : `${errorName}(${values.map(String).join(', ')})`;
  } catch {
    return data === '0x' ? 'no reason given' : `unknown error ${data.slice(0, 10)}`;
  }
}

/** Nodes put the data of a revert into the error itself or one level deeper. */
function revertData(error: unknown): Hex | undefined {
  for (let link = error; link instanceof Error; link = link.cause) {
    const found: unknown = Reflect.get(link, 'data');
    const data: unknown = typeof found === 'object' && found !== null ? Reflect.get(found, 'data') : found;
    if (isHex(data)) return data;
  }
  return undefined;
}
