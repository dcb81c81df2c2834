import {
  GetSecretValueCommand,
  SecretsManagerClient,
  SecretsManagerServiceException,
} from '@aws-sdk/client-secrets-manager';
import { z } from 'zod';

import { L1_SETTINGS } from '../config/groups/l1-settings.ts';
import type { Environment } from '../config/parse-settings.ts';
import { awsClientOptions } from '../engine/aws/aws-connection.ts';
import { L1SecretUnusableError } from './errors.ts';

/** Names the secret that holds the URLs of L1, which carry their user's key. */
export const L1_SECRET_ID = 'COPPICE_L1_SECRET_ID';

const URLS = L1_SETTINGS.settings.l1RpcUrls.variable;
const L1SecretFields = z.object({ [URLS]: z.string().min(1) });

/**
 * The variables, with the URLs of L1 from the secret that `COPPICE_L1_SECRET_ID` names: JSON with the field
 * `ETHEREUM_HOSTS`. Without it, the variables as they are. No error quotes the secret.
 * @throws {L1SecretUnusableError}
 */
export async function addL1Secret(
  variables: Environment,
  openClient = (): SecretsManagerClient => new SecretsManagerClient(awsClientOptions({})),
): Promise<Environment> {
  const secretId = variables[L1_SECRET_ID]?.trim() ?? '';
  if (secretId === '') return variables;
  if ((variables[URLS] ?? '') !== '') {
    throw new L1SecretUnusableError(secretId, `${URLS} is given as well: give one of them`);
  }
  const client = openClient();
  try {
    const fields = L1SecretFields.safeParse(parseJson(await readSecret(client, secretId)));
    if (fields.success) return { ...variables, [URLS]: fields.data[URLS] };
    throw new L1SecretUnusableError(secretId, `store JSON with the field ${URLS}: {"${URLS}":"https://…,https://…"}`);
  } finally {
    client.destroy();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readSecret(client: SecretsManagerClient, secretId: string): Promise<string> {
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
    return SecretString ?? '';
  } catch (error) {
    // Of other errors only the name: the error for a truncated response quotes it.
    const name = error instanceof Error ? error.name : typeof error;
    const what = error instanceof SecretsManagerServiceException ? `${name}: ${error.message}` : name;
    throw new L1SecretUnusableError(secretId, `secretsmanager:GetSecretValue fails (${what})`);
  }
}
