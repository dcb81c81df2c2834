import { openAwsEngineHarness } from './aws-engine-harness.ts';
import { describeBrokerTroubleContract } from './broker-trouble.contract.ts';

describeBrokerTroubleContract('aws', openAwsEngineHarness);
