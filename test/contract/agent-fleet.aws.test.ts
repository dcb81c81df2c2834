import { EcsAgentFleet } from '../../shared/engine/aws/fleet/ecs-agent-fleet.ts';
import { describeAgentFleetContract } from './agent-fleet.contract.ts';
import { openAwsHarness } from './aws-harness.ts';
import { openEcsCluster } from './ecs-cluster.ts';

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
