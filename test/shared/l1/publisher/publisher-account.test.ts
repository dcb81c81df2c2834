import { inspect } from 'node:util';

import { type Hex, parseTransaction, recoverTransactionAddress } from 'viem';
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts';
import { describe, expect, it } from 'vitest';

import { Secret } from '../../../../shared/config/secret.ts';
import { InvalidPublisherKeyError } from '../../../../shared/l1/errors.ts';
import { privateKeyPublisherAccount } from '../../../../shared/l1/publisher/publisher-account.ts';

describe('privateKeyPublisherAccount', () => {
  const key = generatePrivateKey();

  it('signs a transaction as the address of the key', async () => {
    const account = privateKeyPublisherAccount(new Secret(key));
    const transaction = { type: 'eip1559', chainId: 1, nonce: 3, to: account.address, gas: 21_000n } as const;
    const signed = await account.signTransaction({ ...transaction, maxFeePerGas: 7n, maxPriorityFeePerGas: 2n });

    expect(account.address).toBe(privateKeyToAddress(key));
    expect(parseTransaction(signed)).toMatchObject({
      chainId: 1,
      nonce: 3,
      maxFeePerGas: 7n,
      maxPriorityFeePerGas: 2n,
    });
    expect(await recoverTransactionAddress({ serializedTransaction: signed as `0x02${string}` })).toBe(account.address);
  });

  it('never shows the key, however it is printed', () => {
    const secret = new Secret(key);
    const account = privateKeyPublisherAccount(secret);
    const printed = [account, secret, { secret, account }].flatMap((value) => [
      inspect(value, { depth: 10, showHidden: true }),
      JSON.stringify(value),
      ''.concat(value as unknown as string),
    ]);
    expect(printed.join()).not.toContain(key.slice(2));
    expect(String(secret)).toBe('[Redacted]');
  });

  it.each<[string, Hex]>([
    ['is too short', '0xdeadbeef'],
    ['is not hexadecimal', `0x${'zz'.repeat(32)}`],
    ['is zero, which is not a key of the curve', `0x${'00'.repeat(32)}`],
    ['is beyond the curve', `0x${'ff'.repeat(32)}`],
  ])('refuses a key that %s, without quoting it', (_, bad) => {
    let refusal: unknown;
    try {
      privateKeyPublisherAccount(new Secret(bad));
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(InvalidPublisherKeyError);
    expect(inspect(refusal, { depth: 10, showHidden: true })).not.toContain(bad.slice(2));
  });
});
