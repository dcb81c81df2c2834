import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';

import { openEmbeddedHarness } from './embedded-harness.ts';
import { describeJobQueueContract } from './job-queue.contract.ts';

describeJobQueueContract('SqliteJobQueue', async () => {
  const { engine, dataDirectory, ...harness } = await openEmbeddedHarness();
  return {
    ...harness,
    queue: engine.queue,
    sureWaitSeconds: 0,
    sendForeign: async (pool, lane, body) => {
      const database = new DatabaseSync(join(dataDirectory, 'coppice.sqlite'));
      database
        .prepare('insert into messages (pool, lane, body, visible_at_ms) values (?, ?, ?, ?)')
        .run(pool, lane, body, harness.nowMs());
      database.close();
    },
  };
});
