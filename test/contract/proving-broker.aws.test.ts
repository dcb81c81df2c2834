import { openAwsBrokerHarness } from './aws-broker-harness.ts';
import { describeProvingBrokerContract } from './proving-broker.contract.ts';

describeProvingBrokerContract('aws', openAwsBrokerHarness);
