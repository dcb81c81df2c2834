import { openEmbeddedHarness } from './embedded-harness.ts';
import { CONTRACT_BUDGETS, describeJobLedgerContract } from './job-ledger.contract.ts';

describeJobLedgerContract('SqliteJobLedger', async () => {
  const { engine, ...harness } = await openEmbeddedHarness({ attemptBudgets: CONTRACT_BUDGETS });
  return { ...harness, jobs: engine.jobs };
});
