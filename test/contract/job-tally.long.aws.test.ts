import { openDynamoJobLedger } from './open-dynamo-job-ledger.ts';
import { describeJobTallyContract } from './job-tally.contract.ts';

describeJobTallyContract('DynamoJobLedger, of an epoch with many jobs', () => openDynamoJobLedger({ fewJobs: 1 }), 30);
