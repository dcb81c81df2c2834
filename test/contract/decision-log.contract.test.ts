import { openEmbeddedHarness } from './embedded-harness.ts';
import { describeDecisionLogContract } from './decision-log.contract.ts';

describeDecisionLogContract('SqliteDecisionLog', async () => {
  const { engine, ...harness } = await openEmbeddedHarness();
  return { ...harness, decisions: engine.decisions };
});
