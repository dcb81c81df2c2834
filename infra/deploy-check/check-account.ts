import { inLine } from '../../shared/proving-job/fleet-line.ts';
import { z } from 'zod';

import { type Finding, orUnknown } from '../../shared/checks/finding.ts';
import type { Ec2PoolConfig } from '../config/agent-pool-config.ts';
import type { EnvironmentConfig } from '../config/environment-config.ts';
import { linesOf } from '../config/lines-of.ts';
import { type AwsCall, AwsCallError } from './aws-cli.ts';
import { type InstanceType, matches, type NeededQuota, neededQuotas } from './needed-quotas.ts';

const Identity = z.object({ Account: z.string() });
const QuotaValue = z.object({ Quota: z.object({ Value: z.number() }) });
const Types = z.object({
  InstanceTypes: z.array(
    z.object({
      InstanceType: z.string(),
      VCpuInfo: z.object({ DefaultVCpus: z.number() }),
      MemoryInfo: z.object({ SizeInMiB: z.number() }),
    }),
  ),
});
const Offerings = z.object({
  InstanceTypeOfferings: z.array(z.object({ InstanceType: z.string(), Location: z.string() })),
});

const StackResource = z.object({
  StackResourceDetail: z.object({ PhysicalResourceId: z.string().optional(), ResourceStatus: z.string() }),
});

/** Must never change: another id would be another bucket. */
export const LOGICAL_ID_OF_BUCKET = 'ProofsBucket0950A293';

type Config = EnvironmentConfig;

/** Whether the credentials are of the configured account. */
export async function checkCredentials(
  aws: AwsCall,
  { account }: Pick<Config, 'account'>,
): Promise<readonly Finding[]> {
  const { Account: actual } = Identity.parse(await aws('sts', 'get-caller-identity'));
  const subject = 'credentials';
  if (account === undefined || account === actual) return [{ subject, state: 'ready', detail: `account ${actual}` }];
  const detail = `they are of account ${actual}, and the configuration is for ${account}`;
  return [{ subject, state: 'missing', detail, remedy: `sign in to account ${account}` }];
}

export async function checkQuotas(aws: AwsCall, config: Config): Promise<readonly Finding[]> {
  const quotas = neededQuotas(config, await instanceTypes(aws, config));
  const checked = await Promise.all(
    quotas.map((quota) => orUnknown(`quota ${quota.name}`, () => checkQuota(aws, quota, config.region))),
  );
  return checked.flat();
}

async function checkQuota(aws: AwsCall, quota: NeededQuota, region: string): Promise<readonly Finding[]> {
  const subject = `quota ${quota.name}`;
  const ids = ['--service-code', quota.service, '--quota-code', quota.code];
  const granted = await grantedBy(aws, ids);
  const detail = `${granted} granted, ${quota.needed} needed`;
  if (granted >= quota.needed) return [{ subject, state: 'ready', detail }];
  const request = ['aws', 'service-quotas', 'request-service-quota-increase', ...ids];
  const remedy = [...request, '--desired-value', quota.needed, '--region', region].join(' ');
  return [{ subject, state: 'missing', detail, remedy }];
}

/** AWS has a value for the account only once the quota was changed there; until then the default applies. */
async function grantedBy(aws: AwsCall, ids: readonly string[]): Promise<number> {
  try {
    return QuotaValue.parse(await aws('service-quotas', 'get-service-quota', ...ids)).Quota.Value;
  } catch (error) {
    if (!(error instanceof AwsCallError && error.code === 'NoSuchResourceException')) throw error;
    return QuotaValue.parse(await aws('service-quotas', 'get-aws-default-service-quota', ...ids)).Quota.Value;
  }
}

export async function checkLinkedRole(aws: AwsCall): Promise<readonly Finding[]> {
  const subject = 'service-linked role of ECS';
  try {
    await aws('iam', 'get-role', '--role-name', 'AWSServiceRoleForECS');
    return [{ subject, state: 'ready', detail: 'exists' }];
  } catch (error) {
    if (!(error instanceof AwsCallError && error.code === 'NoSuchEntity')) throw error;
    const remedy = 'aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com';
    return [{ subject, state: 'missing', detail: 'does not exist: the first cluster may fail for it', remedy }];
  }
}

export async function checkBucket(aws: AwsCall, { prefix, proofsBucket }: Config): Promise<readonly Finding[]> {
  const subject = `bucket ${proofsBucket}`;
  const stack = `${prefix}-state`;
  const deployed = await bucketOf(aws, stack);
  if (deployed === proofsBucket) return [{ subject, state: 'ready', detail: `is that of the stack ${stack}` }];
  if (deployed !== undefined) {
    const detail = `the stack ${stack} has the bucket ${deployed}, and would get another, empty one`;
    return [{ subject, state: 'missing', detail, remedy: `proofsBucket: '${deployed}' in coppice.config.ts` }];
  }
  const rename = 'choose another proofsBucket in coppice.config.ts';
  try {
    await aws('s3api', 'head-bucket', '--bucket', proofsBucket);
    const remedy = `${rename}, or aws s3 rb s3://${proofsBucket}`;
    return [{ subject, state: 'missing', detail: 'this account has it already, outside the stacks', remedy }];
  } catch (error) {
    if (!(error instanceof AwsCallError)) throw error;
    if (error.code === '404') return [{ subject, state: 'ready', detail: 'the name is free' }];
    if (error.code !== '403') throw error;
    return [{ subject, state: 'missing', detail: 'another account has this name', remedy: rename }];
  }
}

/** The bucket that the stack has; `undefined` if it was never deployed. */
async function bucketOf(aws: AwsCall, stack: string): Promise<string | undefined> {
  try {
    const ids = ['--stack-name', stack, '--logical-resource-id', LOGICAL_ID_OF_BUCKET];
    const resource = StackResource.parse(await aws('cloudformation', 'describe-stack-resource', ...ids));
    const { PhysicalResourceId, ResourceStatus } = resource.StackResourceDetail;
    return ResourceStatus === 'DELETE_COMPLETE' ? undefined : PhysicalResourceId;
  } catch (error) {
    if (error instanceof AwsCallError && error.code === 'ValidationError') return undefined;
    throw error;
  }
}

/** Whether each zone has instances for each pool that runs on instances. */
export async function checkZones(aws: AwsCall, config: Config): Promise<readonly Finding[]> {
  const pools = onInstances(config);
  if (pools.length === 0) return [];
  const { InstanceTypeOfferings: offerings } = Offerings.parse(
    await aws(
      'ec2',
      'describe-instance-type-offerings',
      '--location-type',
      'availability-zone',
      '--filters',
      typeFilter(config),
    ),
  );
  return config.network.availabilityZones.flatMap((zone) =>
    pools.map(([name, pool]): Finding => {
      const subject = `zone ${zone}, pool ${name}`;
      const offered = offerings.filter((each) => each.Location === zone && matches(pool, each.InstanceType));
      if (offered.length > 0) return { subject, state: 'ready', detail: `offers ${typesOf(offered)}` };
      const elsewhere = offerings.filter((each) => matches(pool, each.InstanceType)).map(({ Location }) => Location);
      const zones = [...new Set(elsewhere)].toSorted().join(', ');
      const detail = `offers none of ${pool.instanceTypes.join(', ')}`;
      return {
        subject,
        state: 'missing',
        detail,
        remedy: `choose network.availabilityZones from ${zones || 'another region'}`,
      };
    }),
  );
}

function typesOf(offerings: z.output<typeof Offerings>['InstanceTypeOfferings']): string {
  return offerings.map(({ InstanceType }) => InstanceType).join(', ');
}

async function instanceTypes(aws: AwsCall, config: Config): Promise<readonly InstanceType[]> {
  if (onInstances(config).length === 0) return [];
  const described = Types.parse(await aws('ec2', 'describe-instance-types', '--filters', typeFilter(config)));
  return described.InstanceTypes.map(({ InstanceType: name, VCpuInfo, MemoryInfo }) => ({
    name,
    vcpus: VCpuInfo.DefaultVCpus,
    memoryMib: MemoryInfo.SizeInMiB,
  }));
}

function typeFilter(config: Config): string {
  return `Name=instance-type,Values=${onInstances(config)
    .flatMap(([, { instanceTypes }]) => instanceTypes)
    .join()}`;
}

function onInstances(config: Config): readonly (readonly [string, Ec2PoolConfig])[] {
  return linesOf(config).flatMap((line) =>
    Object.entries(line.pools).flatMap(([name, pool]) =>
      pool?.launch === 'ec2' ? [[inLine(line, name), pool] as const] : [],
    ),
  );
}
