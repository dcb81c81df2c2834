import { privateKeyToAddress } from 'viem/accounts';

import { privateKey } from '../../shared/config/ethereum-kinds.ts';
import type { Finding } from '../../shared/checks/finding.ts';
import type { EnvironmentConfig } from '../config/environment-config.ts';
import { linesOf, type OfficialLine } from '../config/lines-of.ts';
import { fieldOf, PUBLISHER_KEY_FIELD } from '../config/official-fields.ts';
import type { AwsCall } from './aws-cli.ts';
import { readSecret } from './read-secret.ts';

/**
 * Whether the account of each official line is named, and is that of the key in the secret: its balance is watched by its address,
 * and only the node has the key. The key is read with the operator's credentials, and goes no further than its address.
 */
export async function checkPublishers(aws: AwsCall, config: EnvironmentConfig): Promise<readonly Finding[]> {
  const lines = linesOf(config).filter((line) => line.kind === 'official');
  if (lines.length === 0) return [];
  const secretId = `${config.prefix}/official`;
  const fields = await readSecret(aws, secretId);
  return lines.map((line) => checkPublisher(line, fields[fieldOf(line.name, PUBLISHER_KEY_FIELD)], secretId));
}

function checkPublisher(line: OfficialLine, key: string | undefined, secretId: string): Finding {
  const subject = `publisher of line ${line.name}`;
  const field = fieldOf(line.name, PUBLISHER_KEY_FIELD);
  const named = line.publisherAddress;
  if (key === undefined) {
    const detail = `the secret ${secretId} has no ${field} yet`;
    const remedy = `aws secretsmanager put-secret-value --secret-id ${secretId} --secret-string file://official.json`;
    return { subject, state: 'missing', detail, remedy };
  }
  const { data } = privateKey.parse(key);
  if (data === undefined) {
    const detail = `${field} of the secret ${secretId} must be ${privateKey.allowed}`;
    return { subject, state: 'missing', detail, remedy: `correct ${field}` };
  }
  const actual = privateKeyToAddress(data.reveal());
  if (named?.toLowerCase() === actual.toLowerCase()) {
    return { subject, state: 'ready', detail: `${actual} is the account of its key` };
  }
  const detail =
    named === undefined
      ? 'its address is not in the configuration, so nobody watches its balance'
      : `its key is that of ${actual}, and the configuration names ${named}`;
  const remedy = `publisherAddress: '${actual}' of the line in coppice.config.ts`;
  return { subject, state: 'missing', detail, remedy };
}
