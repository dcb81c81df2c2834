interface TaskDetail {
  group?: string;
  lastStatus?: string;
  stopCode?: string;
  stoppedReason?: string;
  containers?: readonly Record<string, unknown>[];
}

/** The event that EventBridge sends when a task of the fleet `coppice` has stopped, as in ECS's guide. */
export function aStoppedTaskEvent(
  detail: TaskDetail,
  container: Record<string, unknown> = {},
): Record<string, unknown> {
  const taskArn = 'arn:aws:ecs:us-east-1:123456789012:task/coppice/0f6f1b6d5a4e4d53a3d0f7b6f0c2a0f1';
  return {
    version: '0',
    id: '9bcdac79-b31f-4d3d-9410-fbd727c29fab',
    'detail-type': 'ECS Task State Change',
    source: 'aws.ecs',
    account: '123456789012',
    time: '2026-11-25T19:20:00Z',
    region: 'us-east-1',
    resources: [taskArn],
    detail: {
      taskArn,
      clusterArn: 'arn:aws:ecs:us-east-1:123456789012:cluster/coppice',
      group: 'service:coppice-small-spot',
      launchType: 'FARGATE',
      lastStatus: 'STOPPED',
      desiredStatus: 'STOPPED',
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
      containers: [
        {
          containerArn: 'arn:aws:ecs:us-east-1:123456789012:container/cf159fd6-3e3f-4a9e-84f9-66cbe726af01',
          lastStatus: 'STOPPED',
          name: 'agent',
          taskArn,
          ...container,
        },
      ],
      startedBy: 'ecs-svc/1234567890123456789',
      version: 5,
      ...detail,
    },
  };
}
