import { DynamoOutbox } from '../../shared/engine/aws/dynamo-ledgers/dynamo-outbox.ts';
import { openAwsHarness } from './aws-harness.ts';
import { describeOutboxContract } from './outbox.contract.ts';

describeOutboxContract('DynamoOutbox', async () => {
  const { clients, names, ...harness } = await openAwsHarness(['table']);
  const table = { client: clients.dynamo, name: names.ledgerTable };
  return { ...harness, outbox: new DynamoOutbox(table, () => harness.nowMs()) };
});
