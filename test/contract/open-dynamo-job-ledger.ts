import { DynamoJobLedger } from '../../shared/engine/aws/dynamo-jobs/dynamo-job-ledger.ts';
import { openAwsHarness } from './aws-harness.ts';
import { CONTRACT_BUDGETS, type JobLedgerHarness } from './job-ledger.contract.ts';

/** @param options `fewJobs`: the most jobs of a circuit that a tally reads instead of counting them. @default the ledger's */
export async function openDynamoJobLedger(options: { readonly fewJobs?: number } = {}): Promise<JobLedgerHarness> {
  const harness = await openAwsHarness(['table']);
  const table = { client: harness.clients.dynamo, name: harness.names.ledgerTable };
  const nowMs = (): number => harness.nowMs();
  return { ...harness, jobs: new DynamoJobLedger(table, { budgets: CONTRACT_BUDGETS, nowMs, ...options }) };
}
