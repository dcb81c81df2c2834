import { DynamoJobLedger } from '../../shared/engine/aws/dynamo-jobs/dynamo-job-ledger.ts';
import { DynamoSettlementFeed } from '../../shared/engine/aws/dynamo-stream/dynamo-settlement-feed.ts';
import { DynamoTableStream } from '../../shared/engine/aws/dynamo-stream/dynamo-stream.ts';
import { openAwsHarness } from './aws-harness.ts';
import { CONTRACT_BUDGETS } from './job-ledger.contract.ts';
import { describeSettlementFeedContract } from './settlement-feed.contract.ts';

describeSettlementFeedContract('DynamoSettlementFeed', async () => {
  const { clients, names, ...harness } = await openAwsHarness(['table']);
  const table = { client: clients.dynamo, name: names.ledgerTable };
  const options = { budgets: CONTRACT_BUDGETS, nowMs: () => harness.nowMs() };
  return {
    ...harness,
    settlements: new DynamoSettlementFeed(new DynamoTableStream(table, clients.streams)),
    jobs: new DynamoJobLedger(table, options),
    jobsElsewhere: new DynamoJobLedger(table, options),
  };
});
