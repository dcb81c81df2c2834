import { DynamoJobLedger } from '../../shared/engine/aws/dynamo-jobs/dynamo-job-ledger.ts';
import { openAwsHarness } from './aws-harness.ts';
import { CONTRACT_BUDGETS, type JobLedgerHarness } from './job-ledger.contract.ts';
import { describeJobTallyContract } from './job-tally.contract.ts';

describeJobTallyContract('DynamoJobLedger', () => open(), 30);
describeJobTallyContract('DynamoJobLedger, of an epoch with many jobs', () => open({ fewJobs: 1 }), 30);

async function open(options: { readonly fewJobs?: number } = {}): Promise<JobLedgerHarness> {
  const harness = await openAwsHarness(['table']);
  const table = { client: harness.clients.dynamo, name: harness.names.ledgerTable };
  const nowMs = (): number => harness.nowMs();
  return { ...harness, jobs: new DynamoJobLedger(table, { budgets: CONTRACT_BUDGETS, nowMs, ...options }) };
}
