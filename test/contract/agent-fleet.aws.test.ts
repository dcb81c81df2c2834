import { ECSClient } from '@aws-sdk/client-ecs';
import { expect, it } from 'vitest';

import { awsClientOptions } from '../../shared/engine/aws/aws-connection.ts';
import { EcsAgentFleet } from '../../shared/engine/aws/fleet/ecs-agent-fleet.ts';
import { describeAgentFleetContract } from './agent-fleet.contract.ts';
import { openAwsHarness } from './aws-harness.ts';
import { openEcsCluster } from './ecs-cluster.ts';

it('EcsAgentFleet describes nothing before its cluster is deployed', async () => {
  const { connection, names, ...harness } = await openAwsHarness([]);
  const ecs = new ECSClient(awsClientOptions(connection));
  try {
    expect(await new EcsAgentFleet(ecs, names).describe()).toEqual([]);
  } finally {
    ecs.destroy();
    await harness.close();
  }
});

describeAgentFleetContract('EcsAgentFleet', async () => {
  const { connection, names, ...harness } = await openAwsHarness([]);
  const cluster = await openEcsCluster(connection, names);
  return {
    fleet: new EcsAgentFleet(cluster.ecs, names),
    addGroup: (pool, capacity) => cluster.addService(pool, capacity),
    removeGroup: (pool, capacity) => cluster.removeService(pool, capacity),
    close: async () => {
      cluster.close();
      await harness.close();
    },
  };
});
