import { openEmbeddedHarness } from './embedded-harness.ts';
import { describeNotesContract } from './notes.contract.ts';

describeNotesContract('SqliteNotes', async () => {
  const { engine, ...harness } = await openEmbeddedHarness();
  return { ...harness, notes: engine.notes };
});
