import { openEmbeddedHarness } from './embedded-harness.ts';
import { describeOutboxContract } from './outbox.contract.ts';

describeOutboxContract('SqliteOutbox', async () => {
  const { engine, ...harness } = await openEmbeddedHarness();
  return { ...harness, outbox: engine.outbox };
});
