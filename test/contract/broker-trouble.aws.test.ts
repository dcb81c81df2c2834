import { openAwsBrokerHarness } from './aws-broker-harness.ts';
import { describeBrokerTroubleContract } from './broker-trouble.contract.ts';

describeBrokerTroubleContract('aws', openAwsBrokerHarness);
