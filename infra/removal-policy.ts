import { RemovalPolicy } from 'aws-cdk-lib';

import type { OnDelete } from './config/environment-config.ts';

/**
 * What CloudFormation does with a resource that holds data. If the deployment that creates it fails, even one that is to be
 * kept is deleted: it is still empty, and its name would be taken at the next attempt.
 */
export function removalPolicyOf(onDelete: OnDelete): RemovalPolicy {
  return onDelete === 'retain' ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;
}
