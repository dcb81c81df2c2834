import { describeAgentRegistryContract } from './agent-registry.contract.ts';
import { openEmbeddedHarness } from './embedded-harness.ts';

describeAgentRegistryContract('SqliteAgentRegistry', async () => {
  const { engine, ...harness } = await openEmbeddedHarness();
  return { ...harness, agents: engine.agents };
});
