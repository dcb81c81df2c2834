import { createPublicKey } from 'node:crypto';

import {
  DisabledException,
  GetPublicKeyCommand,
  type GetPublicKeyCommandOutput,
  InvalidArnException,
  InvalidKeyUsageException,
  type KMSClient,
  KMSInvalidStateException,
  KMSServiceException,
  NotFoundException,
  SignCommand,
  UnsupportedOperationException,
} from '@aws-sdk/client-kms';
import {
  type Hex,
  keccak256,
  numberToHex,
  recoverAddress,
  serializeTransaction,
  type TransactionSerializableEIP1559,
  isAddressEqual,
} from 'viem';
import { publicKeyToAddress } from 'viem/accounts';

import { errorText } from '../../telemetry/error-text.ts';
import { parseDerSignature } from './der-signature.ts';
import { PublisherKeyUnusableError } from '../errors.ts';
import type { PublisherAccount } from './publisher-account.ts';

export interface KmsPublisherAccountOptions {
  readonly kms: Pick<KMSClient, 'send'>;
  /** A key's id or ARN, or an alias as `alias/…`. */
  readonly keyId: string;
}

const KEY_SPEC = 'ECC_SECG_P256K1';
const KEY_USAGE = 'SIGN_VERIFY';
const MAKE_ANOTHER = `make one with key spec ${KEY_SPEC} and key usage ${KEY_USAGE}, and name that one`;

/**
 * Signs with a key that never leaves KMS. The key is resolved once, now: an alias that is moved to another key later does
 * not change which key signs.
 * @throws {PublisherKeyUnusableError}
 */
export async function loadKmsPublisherAccount({ kms, keyId }: KmsPublisherAccountOptions): Promise<PublisherAccount> {
  const keptIn = `KMS key ${keyId}`;
  const answer = await explained(keptIn, 'kms:GetPublicKey', () => kms.send(new GetPublicKeyCommand({ KeyId: keyId })));
  const address = addressOf(answer, keptIn);
  const pinnedKeyId = answer.KeyId ?? keyId;
  return {
    address,
    signTransaction: async (transaction) =>
      await explained(keptIn, 'kms:Sign', () => sign(transaction, address, pinnedKeyId, kms)),
  };
}

function addressOf({ PublicKey, KeySpec, KeyUsage }: GetPublicKeyCommandOutput, keptIn: string): Hex {
  if (KeySpec !== KEY_SPEC || KeyUsage !== KEY_USAGE) {
    const has = `its key spec is ${KeySpec ?? 'unknown'} and its key usage ${KeyUsage ?? 'unknown'}`;
    throw new PublisherKeyUnusableError(keptIn, `${has}: ${MAKE_ANOTHER}`);
  }
  const point = uncompressedPoint(PublicKey ?? new Uint8Array());
  if (point === undefined) {
    throw new PublisherKeyUnusableError(keptIn, 'KMS did not return a secp256k1 public key');
  }
  return publicKeyToAddress(point);
}

/** `04`, x and y of the secp256k1 key in an SPKI; `undefined` when it holds anything else. */
function uncompressedPoint(spki: Uint8Array): Hex | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    const canonical = key.export({ format: 'der', type: 'spki' });
    if (key.asymmetricKeyDetails?.namedCurve !== 'secp256k1' || !canonical.equals(spki)) return undefined;
    const { x = '', y = '' } = key.export({ format: 'jwk' });
    const hex = [x, y].map((coordinate) => Buffer.from(coordinate, 'base64url').toString('hex').padStart(64, '0'));
    return `0x04${hex.join('')}`;
  } catch {
    return undefined;
  }
}

async function sign(
  transaction: TransactionSerializableEIP1559,
  address: Hex,
  keyId: string,
  kms: Pick<KMSClient, 'send'>,
): Promise<Hex> {
  const hash = keccak256(serializeTransaction(transaction));
  const { Signature } = await kms.send(
    new SignCommand({
      KeyId: keyId,
      Message: Buffer.from(hash.slice(2), 'hex'),
      // Without this, KMS would sign the sha256 of the hash.
      MessageType: 'DIGEST',
      SigningAlgorithm: 'ECDSA_SHA_256',
    }),
  );
  const { r, s } = parseDerSignature(Signature ?? new Uint8Array());
  const numbers = { r: numberToHex(r, { size: 32 }), s: numberToHex(s, { size: 32 }) };
  // KMS does not say which of the two points with this r it used; only one of them leads to our key.
  for (const yParity of [0, 1]) {
    const signature = { ...numbers, yParity };
    const signer = await recoverAddress({ hash, signature });
    if (isAddressEqual(signer, address)) return serializeTransaction(transaction, signature);
  }
  throw new PublisherKeyUnusableError(`KMS key ${keyId}`, `its signature does not match its address ${address}`);
}

/** Calls KMS; an error says which call failed and what to do. */
async function explained<T>(keptIn: string, action: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (cause instanceof PublisherKeyUnusableError) throw cause;
    const problem = problemOf(cause, action);
    if (problem !== undefined) throw new PublisherKeyUnusableError(keptIn, problem, { cause });
    const message = errorText(cause);
    throw new PublisherKeyUnusableError(keptIn, `${action} fails and will be retried: ${message}`, { cause });
  }
}

/** What an operator has to change; `undefined` for errors that may pass. */
function problemOf(error: unknown, action: string): string | undefined {
  if (!(error instanceof KMSServiceException)) return undefined;
  if (error instanceof NotFoundException || error instanceof InvalidArnException) {
    return 'this account and region have no such key: correct its name';
  }
  if (error instanceof DisabledException) return 'it is disabled: enable it';
  if (error instanceof KMSInvalidStateException) {
    return `its state does not allow ${action} (${error.message}): cancel its deletion, or name another key`;
  }
  if (error instanceof InvalidKeyUsageException || error instanceof UnsupportedOperationException) {
    return `it cannot sign: ${MAKE_ANOTHER}`;
  }
  // Common to all services, so the SDK has no class for it.
  if (error.name === 'AccessDeniedException') return `this program may not call ${action} on it: grant it to its role`;
  return undefined;
}
