import { type Finding, orUnknown } from '../../shared/checks/finding.ts';
import type { EnvironmentConfig } from '../config/environment-config.ts';
import { placeholdersIn } from '../config/placeholders.ts';
import type { AwsCall } from './aws-cli.ts';
import { checkBucket, checkCredentials, checkLinkedRole, checkQuotas, checkZones } from './check-account.ts';
import { checkL1 } from './check-l1.ts';
import { checkPublishers } from './check-publishers.ts';
import { checkQueues } from './check-queues.ts';

/** Compares what a deployment of the environment needs with what the account has. Changes nothing. */
export async function checkDeployment(
  config: EnvironmentConfig,
  aws: AwsCall,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<readonly Finding[]> {
  const placeholders = placeholdersIn(config).map((detail): Finding => {
    return { subject: 'configuration', state: 'missing', detail, remedy: 'fill it in in coppice.config.ts' };
  });
  const credentials = await orUnknown('credentials', () => checkCredentials(aws, config));
  // Without the right account there is nothing to compare with.
  if (credentials.some(({ state }) => state !== 'ready')) return [...placeholders, ...credentials];
  const checked = await Promise.all([
    orUnknown('quotas', () => checkQuotas(aws, config)),
    orUnknown('service-linked role of ECS', () => checkLinkedRole(aws)),
    orUnknown(`bucket ${config.proofsBucket}`, () => checkBucket(aws, config)),
    orUnknown('zones', () => checkZones(aws, config)),
    orUnknown('queues of the native line', () => checkQueues(aws, config)),
    orUnknown('publishers', () => checkPublishers(aws, config)),
    orUnknown('L1', () => checkL1(aws, config, variables)),
  ]);
  return [...placeholders, ...credentials, ...checked.flat()];
}
