import { type EmbeddedHarnessOptions, openEmbeddedHarness } from './embedded-harness.ts';
import { CONTRACT_BUDGETS, describeJobLedgerContract, type JobLedgerHarness } from './job-ledger.contract.ts';

describeJobLedgerContract('SqliteJobLedger', () => open());
describeJobLedgerContract('SqliteJobLedger, on a clock that jumps', () => open({ jumps: true }));

async function open(options?: EmbeddedHarnessOptions): Promise<JobLedgerHarness> {
  const { engine, ...harness } = await openEmbeddedHarness({ ...options, attemptBudgets: CONTRACT_BUDGETS });
  return { ...harness, jobs: engine.jobs };
}
