import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { z } from 'zod';

import { L1_SETTINGS } from '../config/l1-settings.ts';
import type { Environment } from '../config/parse-settings.ts';
import { awsClientOptions } from '../engine/aws-connection.ts';
import { L1SecretUnusableError } from './errors.ts';

/** Names the secret that says how L1 is reached, in place of the URLs themselves, which carry their user's key. */
export const L1_SECRET_ID = 'COPPICE_L1_SECRET_ID';

const URLS = L1_SETTINGS.settings.l1RpcUrls.variable;
const L1SecretFields = z.object({ [URLS]: z.string().min(1) });

/**
 * The variables, with the URLs of L1 from the secret that `COPPICE_L1_SECRET_ID` names: JSON with the field
 * `ETHEREUM_HOSTS`. Without one, the variables as they are.
 * @throws {L1SecretUnusableError}
 */
export async function addL1Secret(
  variables: Environment,
  secretsManager: () => SecretsManagerClient = () => new SecretsManagerClient(awsClientOptions({})),
): Promise<Environment> {
  const secretId = variables[L1_SECRET_ID];
  if (secretId === undefined) return variables;
  if (variables[URLS] !== undefined)
    throw new L1SecretUnusableError(secretId, `${URLS} is given as well: give one of them`);
  const text = await readSecret(secretsManager(), secretId);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's own message would quote what the secret holds.
    throw new L1SecretUnusableError(secretId, `it is not JSON: give it {"${URLS}":"https://…"}`);
  }
  const fields = L1SecretFields.safeParse(json);
  if (!fields.success)
    throw new L1SecretUnusableError(secretId, `it has no field ${URLS}: give it {"${URLS}":"https://…"}`);
  return { ...variables, [URLS]: fields.data[URLS] };
}

async function readSecret(secretsManager: SecretsManagerClient, secretId: string): Promise<string> {
  try {
    const { SecretString } = await secretsManager.send(new GetSecretValueCommand({ SecretId: secretId }));
    return SecretString ?? '';
  } catch (error) {
    const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new L1SecretUnusableError(secretId, `it cannot be read (${what})`, { cause: error });
  }
}
