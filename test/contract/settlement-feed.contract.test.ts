import { openEmbeddedHarness } from './embedded-harness.ts';
import { describeSettlementFeedContract } from './settlement-feed.contract.ts';

describeSettlementFeedContract('SqliteSettlementFeed', async () => {
  const { engine, elsewhere, ...harness } = await openEmbeddedHarness();
  return { ...harness, settlements: engine.settlements, jobs: engine.jobs, jobsElsewhere: elsewhere.jobs };
});
