import { DynamoNotes } from '../../shared/engine/aws/dynamo-ledgers/dynamo-notes.ts';
import { openAwsHarness } from './aws-harness.ts';
import { describeNotesContract } from './notes.contract.ts';

describeNotesContract('DynamoNotes', async () => {
  const { clients, names, ...harness } = await openAwsHarness(['table']);
  return { ...harness, notes: new DynamoNotes({ client: clients.dynamo, name: names.ledgerTable }) };
});
