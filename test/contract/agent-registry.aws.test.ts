import { DynamoAgentRegistry } from '../../shared/engine/aws/dynamo-ledgers/dynamo-agent-registry.ts';
import { openAwsHarness } from './aws-harness.ts';
import { describeAgentRegistryContract } from './agent-registry.contract.ts';

describeAgentRegistryContract('DynamoAgentRegistry', async () => {
  const { clients, names, ...harness } = await openAwsHarness(['table']);
  const table = { client: clients.dynamo, name: names.ledgerTable };
  return { ...harness, agents: new DynamoAgentRegistry(table, () => harness.nowMs()) };
});
