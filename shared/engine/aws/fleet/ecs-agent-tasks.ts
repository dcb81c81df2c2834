import {
  DescribeTasksCommand,
  type ECSClient,
  ListTasksCommand,
  StopTaskCommand,
  type Task,
} from '@aws-sdk/client-ecs';

import type { AwsResourceNames } from '../aws-resource-names.ts';

/** As many tasks as ECS describes in one call. */
const DESCRIBED_AT_ONCE = 100;

/** The tasks of a fleet's cluster, found by the host names that their agents report. */
export class EcsAgentTasks {
  readonly #ecs: ECSClient;
  readonly #cluster: string;

  constructor(ecs: ECSClient, { cluster }: Pick<AwsResourceNames, 'cluster'>) {
    this.#ecs = ecs;
    this.#cluster = cluster;
  }

  /** @returns the ARN of the running task with that host name; `undefined` without one */
  async findTask(host: string): Promise<string | undefined> {
    let nextToken: string | undefined;
    do {
      const listed = await this.#ecs.send(
        new ListTasksCommand({
          cluster: this.#cluster,
          desiredStatus: 'RUNNING',
          maxResults: DESCRIBED_AT_ONCE,
          ...(nextToken !== undefined && { nextToken }),
        }),
      );
      const tasks = listed.taskArns ?? [];
      if (tasks.length > 0) {
        const described = await this.#ecs.send(new DescribeTasksCommand({ cluster: this.#cluster, tasks }));
        const found = (described.tasks ?? []).find((task) => hostsOf(task).includes(host));
        if (found?.taskArn !== undefined) return found.taskArn;
      }
      ({ nextToken } = listed);
    } while (nextToken !== undefined);
    return undefined;
  }

  /** Asks ECS to stop the task: SIGTERM, and SIGKILL after the task's own stop time-out. */
  async stop(task: string, reason: string): Promise<void> {
    await this.#ecs.send(new StopTaskCommand({ cluster: this.#cluster, task, reason }));
  }
}

/** What `hostname` may print in a task of its own network interface. */
function hostsOf({ attachments = [] }: Task): readonly string[] {
  const details = attachments.flatMap((attachment) => attachment.details ?? []);
  const valueOf = (name: string): string | undefined => details.find((detail) => detail.name === name)?.value;
  const dnsName = valueOf('privateDnsName');
  const address = valueOf('privateIPv4Address');
  const shortName = address === undefined ? undefined : `ip-${address.replaceAll('.', '-')}`;
  return [dnsName, dnsName?.split('.')[0], shortName].flatMap((name) => name ?? []);
}
