import { createHash, generateKeyPairSync } from 'node:crypto';

import {
  type Hex,
  keccak256,
  parseTransaction,
  recoverTransactionAddress,
  type TransactionSerializableEIP1559,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { SECP256K1_ORDER } from '../../../../shared/l1/publisher/der-signature.ts';
import { PublisherKeyUnusableError } from '../../../../shared/l1/errors.ts';
import { loadKmsPublisherAccount } from '../../../../shared/l1/publisher/kms-publisher-account.ts';
import { type FakeKms, spkiOf, startFakeKms } from './fake-kms.ts';

const KEY: Hex = '0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318';

/** A transaction like no other, and the same in every run. */
function aTransaction(seed: number): TransactionSerializableEIP1559 {
  const bytes = (label: string): string => createHash('sha512').update(`${label} ${seed}`).digest('hex');
  const number = (label: string): bigint => BigInt(`0x${bytes(label).slice(0, 10)}`);
  return {
    type: 'eip1559',
    chainId: 1 + (seed % 5),
    nonce: Number(number('nonce') % 100_000n),
    to: `0x${bytes('to').slice(0, 40)}`,
    data: `0x${bytes('data').repeat(seed % 7)}`,
    value: 0n,
    gas: number('gas'),
    maxFeePerGas: number('fee') + 100n,
    maxPriorityFeePerGas: number('fee') % 100n,
  };
}

describe('loadKmsPublisherAccount', () => {
  let kms: FakeKms;

  beforeEach(async () => {
    kms = await startFakeKms(KEY);
  });
  afterEach(async () => {
    await kms.close();
  });

  const load = (keyId = kms.keyId): ReturnType<typeof loadKmsPublisherAccount> =>
    loadKmsPublisherAccount({ kms: kms.client, keyId });
  const refusal = async (attempt: Promise<unknown>): Promise<PublisherKeyUnusableError> => {
    const error: unknown = await attempt.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(PublisherKeyUnusableError);
    return error as PublisherKeyUnusableError;
  };
  const unprocessed = (type: string, message = 'as KMS words it'): { status: number; body: object } => ({
    status: 400,
    body: { __type: type, message },
  });

  it('takes the address from the public key, by id or by alias', async () => {
    expect((await load()).address).toBe(privateKeyToAccount(KEY).address);
    expect((await load(kms.alias)).address).toBe(privateKeyToAccount(KEY).address);
  });

  it('signs 200 transactions that recover to the address, with the lower s, whichever s KMS gives', async () => {
    const account = await load();
    // From where a short r is among them.
    for (let seed = 200; seed < 400; seed++) {
      const transaction = aTransaction(seed);
      const signed = await account.signTransaction(transaction);
      const parsed = parseTransaction(signed);
      expect(await recoverTransactionAddress({ serializedTransaction: signed as `0x02${string}` })).toBe(kms.address);
      expect(BigInt(parsed.s!)).toBeLessThanOrEqual(SECP256K1_ORDER / 2n);
      expect(parsed).toMatchObject({ chainId: transaction.chainId, to: transaction.to, gas: transaction.gas });
      // RFC 6979 makes signatures repeatable: the same bytes as from the key in memory.
      expect(signed).toBe(await privateKeyToAccount(KEY).signTransaction(transaction));
    }
    expect(kms.given.highS).toBeGreaterThan(50);
    expect(kms.given.lowS).toBeGreaterThan(50);
    expect(kms.given.shortR).toBeGreaterThan(0);
  });

  it('keeps signing with the key of its address when the alias is moved', async () => {
    const account = await load(kms.alias);
    const asked: string[] = [];
    kms.client.middlewareStack.add((next) => async (args) => {
      asked.push((args.input as { KeyId: string }).KeyId);
      return await next(args);
    });
    await account.signTransaction(aTransaction(1));
    expect(asked).toEqual([kms.keyId]);
  });

  it('refuses a signature of another key', async () => {
    const account = await load();
    const other = await startFakeKms();
    try {
      const { Signature } = await signatureOf(other, keccak256('0x01'));
      kms.answerWith.Sign = { status: 200, body: { KeyId: kms.keyId, Signature } };
      const error = await refusal(account.signTransaction(aTransaction(1)));
      expect(error.message).toContain(`does not match its address ${account.address}`);
    } finally {
      await other.close();
    }
  });

  it.each<[string, object, RegExp]>([
    [
      'another curve',
      { KeySpec: 'ECC_NIST_P256' },
      /its key spec is ECC_NIST_P256 and .* make one with key spec ECC_SECG_P256K1/,
    ],
    [
      'another usage',
      { KeyUsage: 'KEY_AGREEMENT' },
      /its key usage KEY_AGREEMENT: make one with .* key usage SIGN_VERIFY/,
    ],
    ['bytes of another curve', { PublicKey: p256Spki().toString('base64') }, /did not return a secp256k1 public key/],
    [
      'truncated bytes',
      { PublicKey: aSpki().subarray(0, 80).toString('base64') },
      /did not return a secp256k1 public key/,
    ],
    [
      'bytes after the key',
      { PublicKey: Buffer.concat([aSpki(), Buffer.from([0])]).toString('base64') },
      /did not return a secp256k1 public key/,
    ],
    ['a point off the curve', { PublicKey: offTheCurve().toString('base64') }, /did not return a secp256k1 public key/],
    ['no bytes', { PublicKey: undefined }, /did not return a secp256k1 public key/],
  ])('refuses a key with %s', async (_, change, message) => {
    const right = { KeyId: kms.keyId, PublicKey: aSpki().toString('base64') };
    const spec = { KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'SIGN_VERIFY' };
    kms.answerWith.GetPublicKey = { status: 200, body: { ...right, ...spec, ...change } };
    expect((await refusal(load())).message).toMatch(message);
  });

  it.each<[string, 'GetPublicKey' | 'Sign', RegExp]>([
    ['NotFoundException', 'GetPublicKey', /this account and region have no such key/],
    ['DisabledException', 'GetPublicKey', /it is disabled: enable it/],
    ['UnsupportedOperationException', 'GetPublicKey', /it cannot sign: make one with/],
    ['AccessDeniedException', 'GetPublicKey', /may not call kms:GetPublicKey on it: grant it to its role/],
    ['AccessDeniedException', 'Sign', /may not call kms:Sign on it: grant it to its role/],
    ['DisabledException', 'Sign', /it is disabled: enable it/],
    ['InvalidKeyUsageException', 'Sign', /it cannot sign/],
    ['KMSInvalidStateException', 'Sign', /its state does not allow kms:Sign \(as KMS words it\): cancel its deletion/],
  ])('reports what to do about a %s of %s', async (type, operation, message) => {
    const account = await load(kms.alias);
    kms.answerWith[operation] = unprocessed(type);
    const attempt = operation === 'Sign' ? account.signTransaction(aTransaction(1)) : load(kms.alias);
    const error = await refusal(attempt);
    expect(error).toMatchObject({ keptIn: `KMS key ${kms.alias}` });
    expect(error.message).toMatch(message);
  });

  it('says that it will retry when KMS is at fault, and signs once that is over', async () => {
    const account = await load();
    kms.answerWith.Sign = { status: 500, body: { __type: 'KMSInternalException', message: 'not now' } };
    expect((await refusal(account.signTransaction(aTransaction(1)))).message).toContain('will be retried');
    kms.answerWith.Sign = { status: 200, body: { KeyId: kms.keyId, Signature: 'MAYCAQECAQEA' } };
    expect((await refusal(account.signTransaction(aTransaction(1)))).message).toContain('will be retried');
    kms.answerWith.Sign = undefined;
    expect(await account.signTransaction(aTransaction(1))).toMatch(/^0x02/);
  });
});

async function signatureOf(kms: FakeKms, hash: Hex): Promise<{ readonly Signature: string }> {
  const answer = await fetch(kms.endpoint, {
    method: 'POST',
    headers: { 'x-amz-target': 'TrentService.Sign' },
    body: JSON.stringify({
      KeyId: kms.keyId,
      Message: Buffer.from(hash.slice(2), 'hex').toString('base64'),
      MessageType: 'DIGEST',
      SigningAlgorithm: 'ECDSA_SHA_256',
    }),
  });
  return (await answer.json()) as { readonly Signature: string };
}

function aSpki(): Buffer {
  return spkiOf(privateKeyToAccount(KEY).publicKey);
}

function p256Spki(): Buffer {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'der', type: 'spki' });
}

function offTheCurve(): Buffer {
  const spki = Buffer.from(aSpki());
  spki[spki.length - 1]! ^= 1;
  return spki;
}
