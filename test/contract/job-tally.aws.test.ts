import { openDynamoJobLedger } from './open-dynamo-job-ledger.ts';
import { describeJobTallyContract } from './job-tally.contract.ts';

describeJobTallyContract('DynamoJobLedger', () => openDynamoJobLedger(), 30);
// Counting takes the emulator several times as long as reading: the whole of it is in job-tally.long.aws.test.ts.
describeJobTallyContract('DynamoJobLedger, of an epoch with many jobs', () => openDynamoJobLedger({ fewJobs: 1 }), 8);
