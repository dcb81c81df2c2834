import { DynamoEpochLedger } from '../../shared/engine/aws/dynamo-ledgers/dynamo-epoch-ledger.ts';
import { openAwsHarness } from './aws-harness.ts';
import { describeEpochLedgerContract } from './epoch-ledger.contract.ts';

describeEpochLedgerContract('DynamoEpochLedger', async () => {
  const { clients, names, ...harness } = await openAwsHarness(['table']);
  const table = { client: clients.dynamo, name: names.ledgerTable };
  return { ...harness, epochs: new DynamoEpochLedger(table, () => harness.nowMs()) };
});
