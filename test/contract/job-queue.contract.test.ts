import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';

import { type EmbeddedHarnessOptions, openEmbeddedHarness } from './embedded-harness.ts';
import { describeJobQueueOrder } from './job-queue-order.contract.ts';
import { describeJobQueueContract, type JobQueueHarness } from './job-queue.contract.ts';

describeJobQueueContract('SqliteJobQueue', () => open());
describeJobQueueOrder('SqliteJobQueue', 'epochs', () => open());
describeJobQueueContract('SqliteJobQueue, on a clock that jumps', () => open({ jumps: true }));

async function open(options?: EmbeddedHarnessOptions): Promise<JobQueueHarness> {
  const { engine, dataDirectory, ...harness } = await openEmbeddedHarness(options);
  return {
    ...harness,
    queue: engine.queue,
    sureWaitSeconds: 0,
    sendForeign: async (pool, lane, body) => {
      const database = new DatabaseSync(join(dataDirectory, 'coppice.sqlite'));
      database
        .prepare('insert into messages (pool, lane, body, visible_steady_ms) values (?, ?, ?, 0)')
        .run(pool, lane, body);
      database.close();
    },
  };
}
