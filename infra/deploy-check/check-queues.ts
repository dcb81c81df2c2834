import { z } from 'zod';

import type { Finding } from '../../shared/checks/finding.ts';
import { awsResourceNames } from '../../shared/engine/aws/aws-resource-names.ts';
import { Lane, Pool } from '../../shared/proving-job/circuit-family.ts';
import { NATIVE_LINE } from '../../shared/proving-job/fleet-line.ts';
import type { EnvironmentConfig } from '../config/environment-config.ts';
import { linesOf } from '../config/lines-of.ts';
import { type AwsCall, AwsCallError } from './aws-cli.ts';

/** The AWS CLI prints nothing when it finds no queue. */
const Queues = z.object({ QueueUrls: z.array(z.string()).default([]) }).default({ QueueUrls: [] });
const Resources = z.object({
  StackResourceSummaries: z.array(z.object({ PhysicalResourceId: z.string().optional() })),
});

/**
 * Whether queues of the native line are left that belong to no stack: CloudFormation retains them, like all data, when the line is
 * removed from the configuration, and could not create the line again. Those of other lines are deleted with their line.
 */
export async function checkQueues(aws: AwsCall, config: EnvironmentConfig): Promise<readonly Finding[]> {
  const subject = 'queues of the native line';
  const listed = Queues.parse(
    (await aws('sqs', 'list-queues', '--queue-name-prefix', `${config.prefix}-`)) ?? undefined,
  );
  const names = namesOfNative(config);
  const urls = listed.QueueUrls.filter((url) => names.has(url.slice(url.lastIndexOf('/') + 1)));
  const owned = urls.length === 0 ? new Set<string>() : await resourcesOf(aws, `${config.prefix}-state`);
  const orphans = urls.filter((url) => !owned.has(url));
  if (orphans.length === 0) return [{ subject, state: 'ready', detail: 'none is left behind' }];
  const isWanted = linesOf(config).some(({ name }) => name === NATIVE_LINE);
  return [
    {
      subject,
      state: isWanted ? 'missing' : 'warning',
      detail:
        `${orphans.length} are left behind by a line that was removed` +
        (isWanted ? ', and keep the line from being deployed again' : ''),
      remedy: `for url in ${orphans.join(' ')}; do aws sqs delete-queue --queue-url "$url" --region ${config.region}; done`,
    },
  ];
}

/** By their whole names: those of another fleet may begin with this one's prefix. */
function namesOfNative({ prefix }: EnvironmentConfig): ReadonlySet<string> {
  const names = awsResourceNames(prefix);
  return new Set(
    Pool.options.flatMap((pool) =>
      Lane.options.flatMap((lane) => [names.queue(pool, lane), names.deadLetterQueue(pool, lane)]),
    ),
  );
}

/** What the stack has, a queue by its URL; nothing if it was never deployed. */
async function resourcesOf(aws: AwsCall, stack: string): Promise<ReadonlySet<string>> {
  try {
    const listed = Resources.parse(await aws('cloudformation', 'list-stack-resources', '--stack-name', stack));
    return new Set(listed.StackResourceSummaries.flatMap(({ PhysicalResourceId }) => PhysicalResourceId ?? []));
  } catch (error) {
    if (error instanceof AwsCallError && error.code === 'ValidationError') return new Set();
    throw error;
  }
}
