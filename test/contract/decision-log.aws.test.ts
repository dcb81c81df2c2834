import { DynamoDecisionLog } from '../../shared/engine/aws/dynamo-ledgers/dynamo-decision-log.ts';
import { openAwsHarness } from './aws-harness.ts';
import { describeDecisionLogContract } from './decision-log.contract.ts';

describeDecisionLogContract('DynamoDecisionLog', async () => {
  const { clients, names, ...harness } = await openAwsHarness(['table']);
  return { ...harness, decisions: new DynamoDecisionLog({ client: clients.dynamo, name: names.ledgerTable }) };
});
