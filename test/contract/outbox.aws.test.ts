import { DynamoOutbox } from '../../shared/engine/aws/dynamo-ledgers/dynamo-outbox.ts';
import { openAwsHarness } from './aws-harness.ts';
import { describeOutboxContract, type OutboxHarness } from './outbox.contract.ts';

describeOutboxContract('DynamoOutbox', () => open());
describeOutboxContract('DynamoOutbox, on a clock that jumps', () => open({ jumps: true }));

async function open(options?: { readonly jumps: boolean }): Promise<OutboxHarness> {
  const { clients, names, ...harness } = await openAwsHarness(['table'], options);
  const table = { client: clients.dynamo, name: names.ledgerTable };
  return { ...harness, outbox: new DynamoOutbox(table, () => harness.nowMs()) };
}
