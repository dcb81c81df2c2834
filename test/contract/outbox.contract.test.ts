import { type EmbeddedHarnessOptions, openEmbeddedHarness } from './embedded-harness.ts';
import { describeOutboxContract, type OutboxHarness } from './outbox.contract.ts';

describeOutboxContract('SqliteOutbox', () => open());
describeOutboxContract('SqliteOutbox, on a clock that jumps', () => open({ jumps: true }));

async function open(options?: EmbeddedHarnessOptions): Promise<OutboxHarness> {
  const { engine, ...harness } = await openEmbeddedHarness(options);
  return { ...harness, outbox: engine.outbox };
}
