import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

import { KMSClient } from '@aws-sdk/client-kms';
import { bytesToHex, type Hex } from 'viem';
import { generatePrivateKey, privateKeyToAccount, sign } from 'viem/accounts';

import { SECP256K1_ORDER } from '../../../../shared/l1/publisher/der-signature.ts';

export interface FakeKms {
  readonly client: KMSClient;
  readonly endpoint: string;
  /** The key that {@link keyId} and {@link alias} lead to. */
  readonly address: Hex;
  readonly keyId: string;
  readonly alias: string;
  /** Signatures given so far. */
  readonly given: { highS: number; lowS: number; shortR: number };
  /** What was asked for, oldest first. */
  readonly asked: readonly Operation[];
  /** Replaces the responses to an operation until it is `undefined` again. */
  answerWith: Partial<Record<Operation, { readonly status: number; readonly body: object } | undefined>>;
  close(): Promise<void>;
}

type Operation = 'GetPublicKey' | 'Sign';

interface Request {
  readonly KeyId: string;
  readonly Message: string;
  readonly MessageType?: string;
  readonly SigningAlgorithm: string;
}

const KEY_ID = 'arn:aws:kms:us-east-1:123456789012:key/3c0f2f3e-0a0c-4c0b-9a53-1d1f5f2f0a11';
const ALIAS = 'alias/coppice-publisher';

/**
 * A server that speaks KMS's protocol, with one key of secp256k1. Like KMS it gives either of the two valid `s`, here by the
 * hash's last bit, and hashes what is not said to be a digest. (moto hashes digests as well, so what it signs is of no use.)
 */
export async function startFakeKms(key: Hex = generatePrivateKey()): Promise<FakeKms> {
  const account = privateKeyToAccount(key);
  const given = { highS: 0, lowS: 0, shortR: 0 };
  const asked: Operation[] = [];
  const fake: Pick<FakeKms, 'answerWith'> = { answerWith: {} };

  const answers: Record<Operation, (request: Request) => Promise<object>> = {
    GetPublicKey: async () => ({
      KeyId: KEY_ID,
      PublicKey: spkiOf(account.publicKey).toString('base64'),
      KeySpec: 'ECC_SECG_P256K1',
      KeyUsage: 'SIGN_VERIFY',
      SigningAlgorithms: ['ECDSA_SHA_256'],
    }),
    Sign: async ({ Message, MessageType, SigningAlgorithm }) => {
      const message = Buffer.from(Message, 'base64');
      const isDigest = MessageType === 'DIGEST';
      if (SigningAlgorithm !== 'ECDSA_SHA_256' || (isDigest && message.length !== 32)) throw new Error('bad request');
      const hash = isDigest ? message : createHash('sha256').update(message).digest();
      const signature = await sign({ hash: bytesToHex(hash), privateKey: key });
      const r = BigInt(signature.r);
      const lowS = BigInt(signature.s);
      const isHigh = (hash.at(-1) ?? 0) % 2 === 1;
      given[isHigh ? 'highS' : 'lowS'] += 1;
      if (derInteger(r).length < 34) given.shortR += 1;
      const der = derSequence(r, isHigh ? SECP256K1_ORDER - lowS : lowS);
      return { KeyId: KEY_ID, Signature: der.toString('base64'), SigningAlgorithm };
    },
  };

  const server = createServer((incoming, outgoing) => {
    const operation = String(incoming.headers['x-amz-target']).replace('TrentService.', '') as Operation;
    const answer = async (): Promise<{ status: number; body: object }> => {
      const request = (await json(incoming)) as Request;
      asked.push(operation);
      const instead = fake.answerWith[operation];
      if (instead !== undefined) return instead;
      if (request.KeyId !== KEY_ID && request.KeyId !== ALIAS) {
        return { status: 400, body: { __type: 'NotFoundException', message: `Key '${request.KeyId}' does not exist` } };
      }
      return { status: 200, body: await answers[operation](request) };
    };
    void answer()
      .catch((error: unknown) => ({ status: 400, body: { __type: 'ValidationException', message: String(error) } }))
      .then(({ status, body }) => {
        outgoing.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new KMSClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  return Object.assign(fake, {
    client,
    endpoint,
    address: account.address,
    keyId: KEY_ID,
    alias: ALIAS,
    given,
    asked,
    close: async () => {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

/** @param publicKey `0x04`, x and y */
export function spkiOf(publicKey: Hex): Buffer {
  const [x = '', y = ''] = [publicKey.slice(4, 68), publicKey.slice(68)].map((hex) =>
    Buffer.from(hex, 'hex').toString('base64url'),
  );
  const key: KeyObject = createPublicKey({ key: { kty: 'EC', crv: 'secp256k1', x, y }, format: 'jwk' });
  return key.export({ format: 'der', type: 'spki' });
}

export function derSequence(r: bigint, s: bigint): Buffer {
  const content = Buffer.concat([derInteger(r), derInteger(s)]);
  return Buffer.concat([Buffer.from([0x30, content.length]), content]);
}

function derInteger(value: bigint): Buffer {
  const hex = value.toString(16);
  const even = hex.padStart(hex.length + (hex.length % 2), '0');
  const bytes = Buffer.from(Number.parseInt(even.slice(0, 2), 16) >= 0x80 ? `00${even}` : even, 'hex');
  return Buffer.concat([Buffer.from([0x02, bytes.length]), bytes]);
}
