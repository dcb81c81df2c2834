import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';

import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { Hex } from 'viem';
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { PublisherKeyUnusableError } from '../../../../shared/l1/errors.ts';
import { loadSecretPublisherAccount } from '../../../../shared/l1/publisher/secret-publisher-account.ts';

describe('loadSecretPublisherAccount', () => {
  const key = generatePrivateKey();
  let secretsManager: SecretsManagerClient;

  beforeAll(() => {
    secretsManager = new SecretsManagerClient(inject('aws'));
  });
  afterAll(() => secretsManager.destroy());

  async function stored(value: string | Uint8Array): Promise<string> {
    const Name = `publisher-${randomUUID()}`;
    const content = typeof value === 'string' ? { SecretString: value } : { SecretBinary: value };
    await secretsManager.send(new CreateSecretCommand({ Name, ...content }));
    return Name;
  }
  const load = (secretId: string): ReturnType<typeof loadSecretPublisherAccount> =>
    loadSecretPublisherAccount({ secretsManager, secretId });
  async function refusal(attempt: Promise<unknown>): Promise<PublisherKeyUnusableError> {
    const error: unknown = await attempt.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(PublisherKeyUnusableError);
    return error as PublisherKeyUnusableError;
  }
  const printed = (value: unknown): string =>
    [inspect(value, { depth: 10, showHidden: true }), JSON.stringify(value), String(value)].join();

  it.each([
    ['text', key],
    ['text without 0x', key.slice(2)],
    ['text with a line end', `${key}\n`],
    ['JSON', JSON.stringify({ privateKey: key })],
    ['JSON beside other fields', JSON.stringify({ privateKey: key, note: 'of the prover' })],
  ])('reads a key as %s, and shows it nowhere', async (_, value) => {
    const account = await load(await stored(value));
    expect(account.address).toBe(privateKeyToAddress(key));
    const transaction = { type: 'eip1559', chainId: 1, nonce: 0, gas: 21_000n, to: account.address } as const;
    expect(await account.signTransaction(transaction)).toMatch(/^0x02/);
    expect(printed(account)).not.toContain(key.slice(2));
  });

  it.each<[string, string | Uint8Array]>([
    ['nothing that is a key', `not a key: ${key}`],
    ['a key that is too short', key.slice(0, -1)],
    ['JSON without the field', JSON.stringify({ key })],
    ['JSON that is cut off', `{"privateKey":"${key}`],
    ['JSON with a list', JSON.stringify([key])],
    ['bytes', Buffer.from(key)],
    ['a key beyond the curve', `0x${'ff'.repeat(32)}`],
  ])('refuses %s, says what to store, and quotes nothing', async (_, value) => {
    const secretId = await stored(value);
    const error = await refusal(load(secretId));
    expect(error).toMatchObject({ keptIn: `secret ${secretId}` });
    expect(error.message).toContain('store a key as 0x and 64 hexadecimal digits, or as {"privateKey":"0x…"}');
    expect(printed(error)).not.toContain(key.slice(2, -1));
    expect(printed(error)).not.toContain('ffffffff');
  });

  it('reports a secret that does not exist, and one that is being deleted', async () => {
    expect((await refusal(load('no-such-secret'))).message).toMatch(/have no such secret: correct its name/);
    const secretId = await stored(key);
    await secretsManager.send(new DeleteSecretCommand({ SecretId: secretId }));
    expect((await refusal(load(secretId))).message).toMatch(/cannot be read now .* restore it/);
  });

  it('reads the secret once for each load', async () => {
    const secretId = await stored(key);
    const account = await load(secretId);
    const other: Hex = generatePrivateKey();
    await secretsManager.send(new PutSecretValueCommand({ SecretId: secretId, SecretString: other }));
    const transaction = { type: 'eip1559', chainId: 1, nonce: 0, gas: 21_000n } as const;
    const before = await account.signTransaction(transaction);
    expect(before).toBe(await account.signTransaction(transaction));
    expect(account.address).toBe(privateKeyToAddress(key));
    expect((await load(secretId)).address).toBe(privateKeyToAddress(other));
  });

  describe('when the service misbehaves', () => {
    const answered: { status: number; body: string } = { status: 200, body: '' };
    const server = createServer((_, response) => void response.writeHead(answered.status).end(answered.body));
    let broken: SecretsManagerClient;

    beforeAll(async () => {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      broken = new SecretsManagerClient({ region: 'us-east-1', endpoint, maxAttempts: 1 });
    });
    afterAll(() => {
      broken.destroy();
      server.close();
    });

    const loadBroken = async (status: number, body: string): Promise<PublisherKeyUnusableError> => {
      Object.assign(answered, { status, body });
      return await refusal(loadSecretPublisherAccount({ secretsManager: broken, secretId: 'publisher' }));
    };

    it.each([
      ['is truncated', `{"Name":"publisher","SecretString":"${key}`],
      // The parser's message quotes the first bytes of this.
      ['is garbled', `~${key}`],
    ])('quotes nothing of a response that %s', async (_, body) => {
      const error = await loadBroken(200, body);
      expect(printed(error)).not.toContain(key.slice(2, 8));
      expect(error.message).toContain('will be retried');
    });

    it.each([
      ['AccessDeniedException', /may not call secretsmanager:GetSecretValue on it: grant it to its role/],
      ['DecryptionFailure', /grant kms:Decrypt on its key/],
    ])('reports what to grant after a %s', async (type, message) => {
      const error = await loadBroken(400, JSON.stringify({ __type: type, message: 'as AWS words it' }));
      expect(error.message).toMatch(message);
    });
  });
});
