import { describeAgentGatewayContract } from './agent-gateway.contract.ts';
import { openEmbeddedHarness } from './embedded-harness.ts';

describeAgentGatewayContract('embedded', () => openEmbeddedHarness(), 300);
