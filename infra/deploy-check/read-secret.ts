import { z } from 'zod';

import { type AwsCall, AwsCallError } from './aws-cli.ts';

const Value = z.object({ SecretString: z.string() });
const Fields = z.record(z.string(), z.string());

/** The fields of a secret, none while it does not exist or nobody has filled it in. They never become part of an error. */
export async function readSecret(aws: AwsCall, secretId: string): Promise<Readonly<Record<string, string>>> {
  try {
    const { SecretString } = Value.parse(await aws('secretsmanager', 'get-secret-value', '--secret-id', secretId));
    // CloudFormation fills a new secret with a random word.
    return Fields.safeParse(parseJson(SecretString)).data ?? {};
  } catch (error) {
    if (error instanceof AwsCallError && error.code === 'ResourceNotFoundException') return {};
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
