import { openAwsEngineHarness } from './aws-engine-harness.ts';
import { describeConsole } from './console.contract.ts';

describeConsole('aws', openAwsEngineHarness);
