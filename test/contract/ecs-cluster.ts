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

/** A cluster on the emulator, for services of agents and nodes: of the native line, where none is given. */
export interface EcsCluster {
  readonly ecs: ECSClient;
  addService(pool: Pool, capacity: Capacity, line?: string): Promise<void>;
  removeService(pool: Pool, capacity: Capacity, line?: string): Promise<void>;
  addNode(line?: string): Promise<void>;
  removeNode(line?: string): Promise<void>;
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
  const add = async (serviceName: string, desiredCount: number): Promise<void> => {
    await ecs.send(new CreateServiceCommand({ cluster, serviceName, taskDefinition: family, desiredCount }));
  };
  const remove = async (service: string): Promise<void> => {
    await ecs.send(new DeleteServiceCommand({ cluster, service, force: true }));
  };
  return {
    ecs,
    addService: (pool, capacity, line) => add(names.agentService(pool, capacity, line), 0),
    removeService: (pool, capacity, line) => remove(names.agentService(pool, capacity, line)),
    addNode: (line) => add(names.nodeService(line), 1),
    removeNode: (line) => remove(names.nodeService(line)),
    close: () => ecs.destroy(),
  };
}
