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
 * Signs with a private key that Secrets Manager keeps. It is read once, now: whoever changes the secret starts the program
 * again. Nothing of the secret's text gets into an error, however that is printed.
 * @throws {PublisherKeyUnusableError}
 */
export async function loadSecretPublisherAccount(options: SecretPublisherAccountOptions): Promise<PublisherAccount> {
  const keptIn = `secret ${options.secretId}`;
  const key = parseKey(await readSecret(options, keptIn));
  if (key === undefined) throw new PublisherKeyUnusableError(keptIn, `it holds no private key: ${WHAT_TO_STORE}`);
  try {
    return privateKeyPublisherAccount(key);
  } catch (cause) {
    if (!(cause instanceof InvalidPublisherKeyError)) throw cause;
    throw new PublisherKeyUnusableError(keptIn, `it holds no key of secp256k1: ${WHAT_TO_STORE}`, { cause });
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
    // Without its cause: an answer that is cut off makes an error that quotes it.
    const name = error instanceof Error ? error.name : typeof error;
    throw new PublisherKeyUnusableError(keptIn, `secretsmanager:GetSecretValue fails, and is tried again: ${name}`, {
      retryable: true,
    });
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

/** What an operator has to change; `undefined` for what may pass by itself. */
function problemOf(error: unknown): string | undefined {
  if (!(error instanceof SecretsManagerServiceException)) return undefined;
  if (error instanceof ResourceNotFoundException) {
    return 'there is no such secret in this account and region: correct its name, or store the key';
  }
  if (error instanceof InvalidRequestException) return `it cannot be read now (${error.message}): restore it`;
  if (error instanceof InvalidParameterException) return `its name is not one (${error.message}): correct it`;
  if (error instanceof DecryptionFailure) return 'it cannot be decrypted: grant kms:Decrypt on its key to this program';
  // Not in the SDK's model, as every service has it.
  if (error.name === 'AccessDeniedException') {
    return 'this program may not call secretsmanager:GetSecretValue on it: grant it to its role';
  }
  return undefined;
}
