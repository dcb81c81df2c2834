import { openAwsEngineHarness } from './aws-engine-harness.ts';
import { describeNewRollup } from './new-rollup.contract.ts';

describeNewRollup('aws', openAwsEngineHarness);
