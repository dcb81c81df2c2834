import { DynamoIncidentLog } from '../../shared/engine/aws/dynamo-ledgers/dynamo-incident-log.ts';
import { openAwsHarness } from './aws-harness.ts';
import { describeIncidentLogContract } from './incident-log.contract.ts';

describeIncidentLogContract('DynamoIncidentLog', async () => {
  const { clients, names, ...harness } = await openAwsHarness(['table']);
  const table = { client: clients.dynamo, name: names.ledgerTable };
  return { ...harness, incidents: new DynamoIncidentLog(table, () => harness.nowMs()) };
});
