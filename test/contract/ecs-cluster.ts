import {
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';

import type { Capacity } from '../../shared/agent-fleet/agent-fleet.ts';
import { awsClientOptions, type AwsConnection } from '../../shared/engine/aws/aws-connection.ts';
import type { AwsResourceNames } from '../../shared/engine/aws/aws-resource-names.ts';
import type { Pool } from '../../shared/proving-job/circuit-family.ts';

/** A cluster on the emulator, for services of agents. */
export interface EcsCluster {
  readonly ecs: ECSClient;
  addService(pool: Pool, capacity: Capacity): Promise<void>;
  removeService(pool: Pool, capacity: Capacity): Promise<void>;
  close(): void;
}

export async function openEcsCluster(connection: AwsConnection, names: AwsResourceNames): Promise<EcsCluster> {
  const ecs = new ECSClient(awsClientOptions(connection));
  const { cluster } = names;
  const family = `${cluster}-agent`;
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family,
      cpu: '256',
      memory: '512',
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      containerDefinitions: [{ name: 'agent', image: 'agent', memory: 512 }],
    }),
  );
  return {
    ecs,
    async addService(pool, capacity) {
      const serviceName = names.agentService(pool, capacity);
      await ecs.send(new CreateServiceCommand({ cluster, serviceName, taskDefinition: family, desiredCount: 0 }));
    },
    async removeService(pool, capacity) {
      await ecs.send(new DeleteServiceCommand({ cluster, service: names.agentService(pool, capacity), force: true }));
    },
    close: () => ecs.destroy(),
  };
}
