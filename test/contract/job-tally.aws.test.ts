import { DynamoJobLedger } from '../../shared/engine/aws/dynamo-jobs/dynamo-job-ledger.ts';
import { openAwsHarness } from './aws-harness.ts';
import { CONTRACT_BUDGETS } from './job-ledger.contract.ts';
import { describeJobTallyContract } from './job-tally.contract.ts';

describeJobTallyContract('DynamoJobLedger', async () => {
  const harness = await openAwsHarness(['table']);
  const table = { client: harness.clients.dynamo, name: harness.names.ledgerTable };
  const jobs = new DynamoJobLedger(table, { budgets: CONTRACT_BUDGETS, nowMs: () => harness.nowMs() });
  return { ...harness, jobs };
});
