import { RemovalPolicy } from 'aws-cdk-lib';

import type { OnDelete } from './config/environment-config.ts';

/**
 * What CloudFormation does with a resource that holds data. Even one that is kept goes with the deployment that created it, if
 * that deployment fails: it is empty then, and would keep its name from the next attempt.
 */
export function removalPolicyOf(onDelete: OnDelete): RemovalPolicy {
  return onDelete === 'retain' ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;
}
