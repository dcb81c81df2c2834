/** The event that EventBridge sends when ECS cannot place a task of the fleet `coppice`, as in ECS's guide. */
export function aPlacementFailureEvent({
  service = 'coppice-small-spot',
  id = 'ddca6449-b258-46c0-8653-e0e3a6d0468b',
  time = '2026-11-25T19:20:00Z',
} = {}): Record<string, unknown> {
  const capacityProvider = service.endsWith('-spot') ? 'FARGATE_SPOT' : 'FARGATE';
  return {
    version: '0',
    id,
    'detail-type': 'ECS Service Action',
    source: 'aws.ecs',
    account: '123456789012',
    time,
    region: 'us-east-1',
    resources: [`arn:aws:ecs:us-east-1:123456789012:service/coppice/${service}`],
    detail: {
      eventType: 'ERROR',
      eventName: 'SERVICE_TASK_PLACEMENT_FAILURE',
      clusterArn: 'arn:aws:ecs:us-east-1:123456789012:cluster/coppice',
      capacityProviderArns: [`arn:aws:ecs:us-east-1:123456789012:capacity-provider/${capacityProvider}`],
      reason: 'RESOURCE:FARGATE',
      createdAt: time,
    },
  };
}
