import { openAwsEngineHarness } from './aws-engine-harness.ts';
import { describeAgentGatewayContract } from './agent-gateway.contract.ts';

describeAgentGatewayContract('aws', openAwsEngineHarness, 2_500);
