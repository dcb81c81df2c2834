import { openAwsEngineHarness } from './aws-engine-harness.ts';
import { describeProvingBrokerContract } from './proving-broker.contract.ts';

describeProvingBrokerContract('aws', openAwsEngineHarness);
