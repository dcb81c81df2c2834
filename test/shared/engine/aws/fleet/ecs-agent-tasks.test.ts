import { DescribeTasksCommand, type ECSClient, ListTasksCommand, StopTaskCommand } from '@aws-sdk/client-ecs';
import { describe, expect, it } from 'vitest';

import { EcsAgentTasks } from '../../../../../shared/engine/aws/fleet/ecs-agent-tasks.ts';

const HOST = 'ip-10-40-1-23.eu-west-1.compute.internal';

/** A cluster of two pages of tasks, of which the second has the agent's. */
function aCluster(): { readonly ecs: ECSClient; readonly calls: object[] } {
  const calls: object[] = [];
  const attachments = [
    {
      type: 'ElasticNetworkInterface',
      details: [
        { name: 'privateDnsName', value: HOST },
        { name: 'privateIPv4Address', value: '10.40.1.23' },
      ],
    },
  ];
  const send = async (command: unknown): Promise<object> => {
    if (command instanceof ListTasksCommand) {
      const { nextToken } = command.input;
      return nextToken === undefined ? { taskArns: ['node'], nextToken: 'two' } : { taskArns: ['other', 'agent'] };
    }
    if (command instanceof DescribeTasksCommand) {
      const { tasks = [] } = command.input;
      return { tasks: tasks.map((taskArn) => ({ taskArn, ...(taskArn === 'agent' && { attachments }) })) };
    }
    if (command instanceof StopTaskCommand) calls.push(command.input);
    return {};
  };
  return { ecs: { send } as unknown as ECSClient, calls };
}

describe('the tasks of agents', () => {
  it.each([HOST, 'ip-10-40-1-23'])('are found by the host name %s that an agent reports, on any page', async (host) => {
    const tasks = new EcsAgentTasks(aCluster().ecs, { cluster: 'coppice' });
    expect(await tasks.findTask(host)).toBe('agent');
  });

  it('are not found by another host name', async () => {
    const tasks = new EcsAgentTasks(aCluster().ecs, { cluster: 'coppice' });
    expect(await tasks.findTask('ip-10-40-1-2')).toBeUndefined();
  });

  it('are stopped with a reason, which ECS shows', async () => {
    const { ecs, calls } = aCluster();
    await new EcsAgentTasks(ecs, { cluster: 'coppice' }).stop('agent', 'coppice drill');
    expect(calls).toEqual([{ cluster: 'coppice', task: 'agent', reason: 'coppice drill' }]);
  });
});
