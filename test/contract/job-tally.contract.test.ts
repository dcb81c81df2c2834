import { openEmbeddedHarness } from './embedded-harness.ts';
import { CONTRACT_BUDGETS } from './job-ledger.contract.ts';
import { describeJobTallyContract } from './job-tally.contract.ts';

describeJobTallyContract('SqliteJobLedger', async () => {
  const { engine, ...harness } = await openEmbeddedHarness({ attemptBudgets: CONTRACT_BUDGETS });
  return { ...harness, jobs: engine.jobs };
});
