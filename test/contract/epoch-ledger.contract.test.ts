import { openEmbeddedHarness } from './embedded-harness.ts';
import { describeEpochLedgerContract } from './epoch-ledger.contract.ts';

describeEpochLedgerContract('SqliteEpochLedger', async () => {
  const { engine, ...harness } = await openEmbeddedHarness();
  return { ...harness, epochs: engine.epochs };
});
