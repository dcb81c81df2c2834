import { HonkVerifierAbi } from '@aztec/l1-artifacts/HonkVerifierAbi';
import { RollupAbi } from '@aztec/l1-artifacts/RollupAbi';
import { encodeErrorResult, encodeAbiParameters, type Hex, RpcRequestError, TimeoutError } from 'viem';
import { describe, expect, it } from 'vitest';

import { describeError, revertReason } from '../../../shared/l1/revert-reason.ts';

const URL_WITH_KEY = 'https://rpc.example/v2/key-of-the-operator';

function answer(message: string, data?: unknown, code = 3): RpcRequestError {
  return new RpcRequestError({ body: {}, url: URL_WITH_KEY, error: { code, message, data } });
}

describe('revertReason', () => {
  const pastDeadline = encodeErrorResult({ abi: RollupAbi, errorName: 'Rollup__PastDeadline', args: [7n, 9n] });
  const invalidProof = encodeErrorResult({ abi: HonkVerifierAbi, errorName: 'SumcheckFailed' });
  const solidityError: Hex = `0x08c379a0${encodeAbiParameters([{ type: 'string' }], ['not today']).slice(2)}`;

  it.each<[string, unknown, string]>([
    [
      'an error of the rollup with its values',
      answer('execution reverted', pastDeadline),
      'Rollup__PastDeadline(7, 9)',
    ],
    ["an error of the rollup's verifier", answer('execution reverted', invalidProof), 'SumcheckFailed()'],
    ['data one level deeper', answer('execution reverted', { data: pastDeadline }), 'Rollup__PastDeadline(7, 9)'],
    ['the text of a require', answer('execution reverted', solidityError), 'not today'],
    ['an error that no ABI of ours has', answer('execution reverted', '0xdeadbeef'), 'unknown error 0xdeadbeef'],
    ['no reason at all', answer('execution reverted', '0x'), 'no reason given'],
    [
      'a call that ran out of gas',
      answer('EVM error OutOfGas', undefined, -32003),
      'RPC Request failed. (EVM error OutOfGas)',
    ],
  ])('reads %s', (_, error, reason) => {
    expect(revertReason(error)).toContain(reason);
  });

  it.each<[string, unknown]>([
    ['a node that does not answer', new TimeoutError({ body: {}, url: URL_WITH_KEY })],
    ['a node that has had enough of us', answer('rate limit exceeded', undefined, -32005)],
    ['an error of our own', new TypeError('undefined is not a function')],
  ])('does not take %s for a revert', (_, error) => {
    expect(revertReason(error)).toBeUndefined();
  });
});

describe('describeError', () => {
  it('names the host of the URL and not its key', () => {
    expect(describeError(answer('rate limit exceeded', undefined, -32005))).toBe(
      'RPC Request failed. (rate limit exceeded) at rpc.example',
    );
  });

  it('is one line for an error of any kind', () => {
    expect(describeError(new Error(`cannot reach ${URL_WITH_KEY}`))).toBe('cannot reach rpc.example');
    expect(describeError('a text')).toBe('a text');
  });
});
