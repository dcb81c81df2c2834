import { openEmbeddedHarness } from './embedded-harness.ts';
import { describeIncidentLogContract } from './incident-log.contract.ts';

describeIncidentLogContract('SqliteIncidentLog', async () => {
  const { engine, ...harness } = await openEmbeddedHarness();
  return { ...harness, incidents: engine.incidents };
});
