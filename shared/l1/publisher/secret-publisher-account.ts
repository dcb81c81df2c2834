import {
  DecryptionFailure,
  GetSecretValueCommand,
  InvalidParameterException,
  InvalidRequestException,
  ResourceNotFoundException,
  type SecretsManagerClient,
  SecretsManagerServiceException,
} from '@aws-sdk/client-secrets-manager';
import type { Hex } from 'viem';
import { z } from 'zod';

import { Secret } from '../../config/secret.ts';
import { privateKey } from '../../config/ethereum-kinds.ts';
import { InvalidPublisherKeyError, PublisherKeyUnusableError } from '../errors.ts';
import { type PublisherAccount, privateKeyPublisherAccount } from './publisher-account.ts';

export interface SecretPublisherAccountOptions {
  readonly secretsManager: Pick<SecretsManagerClient, 'send'>;
  /** The secret's name or ARN. */
  readonly secretId: string;
}

const WHAT_TO_STORE = 'store a key as 0x and 64 hexadecimal digits, or as {"privateKey":"0x…"}';

const KeyInJson = z.object({ privateKey: z.string() });

/**
 * Signs with a private key from Secrets Manager. It is read once, now: restart the program after changing the secret. No
 * error contains any of the secret's text, however it is printed.
 * @throws {PublisherKeyUnusableError}
 */
export async function loadSecretPublisherAccount(options: SecretPublisherAccountOptions): Promise<PublisherAccount> {
  const keptIn = `secret ${options.secretId}`;
  const key = parseKey(await readSecret(options, keptIn));
  if (key === undefined)
    throw new PublisherKeyUnusableError(keptIn, `it does not hold a private key: ${WHAT_TO_STORE}`);
  try {
    return privateKeyPublisherAccount(key);
  } catch (cause) {
    if (!(cause instanceof InvalidPublisherKeyError)) throw cause;
    throw new PublisherKeyUnusableError(keptIn, `it does not hold a secp256k1 key: ${WHAT_TO_STORE}`, { cause });
  }
}

async function readSecret(
  { secretsManager, secretId }: SecretPublisherAccountOptions,
  keptIn: string,
): Promise<Secret<string>> {
  try {
    const { SecretString } = await secretsManager.send(new GetSecretValueCommand({ SecretId: secretId }));
    return new Secret(SecretString ?? '');
  } catch (error) {
    const problem = problemOf(error);
    if (problem !== undefined) throw new PublisherKeyUnusableError(keptIn, problem, { cause: error });
    // Without its cause: the parser's error for a truncated response quotes it.
    const name = error instanceof Error ? error.name : typeof error;
    throw new PublisherKeyUnusableError(keptIn, `secretsmanager:GetSecretValue fails and will be retried: ${name}`);
  }
}

function parseKey(secret: Secret<string>): Secret<Hex> | undefined {
  const text = secret.reveal().trim();
  return privateKey.parse(text.startsWith('{') ? (keyInJson(text) ?? '') : text).data;
}

function keyInJson(text: string): string | undefined {
  try {
    return KeyInJson.parse(JSON.parse(text)).privateKey.trim();
  } catch {
    return undefined;
  }
}

/** What an operator has to change; `undefined` for errors that may pass. */
function problemOf(error: unknown): string | undefined {
  if (!(error instanceof SecretsManagerServiceException)) return undefined;
  if (error instanceof ResourceNotFoundException) {
    return 'this account and region have no such secret: correct its name, or store the key';
  }
  if (error instanceof InvalidRequestException) return `it cannot be read now (${error.message}): restore it`;
  if (error instanceof InvalidParameterException) return `invalid name (${error.message}): correct it`;
  if (error instanceof DecryptionFailure) return 'it cannot be decrypted: grant kms:Decrypt on its key to this program';
  // Common to all services, so the SDK has no class for it.
  if (error.name === 'AccessDeniedException') {
    return 'this program may not call secretsmanager:GetSecretValue on it: grant it to its role';
  }
  return undefined;
}
