import { openAwsEngineHarness } from './aws-engine-harness.ts';
import { describeDrillsContract } from './drills.contract.ts';

describeDrillsContract('aws', openAwsEngineHarness);
