import { expect, it } from 'vitest';

import { openEmbeddedHarness } from '../../contract/embedded-harness.ts';
import { interceptCalls } from '../../fixtures/intercept-calls.ts';
import { v6Job } from '../../fixtures/v6-wire.ts';
import { LocalBroker } from './local-broker.ts';

it('reads the open jobs of few epochs at a time, of however many a node names jobs', async () => {
  const harness = await openEmbeddedHarness();
  let [atOnce, most, all] = [0, 0, 0];
  const engine = interceptCalls(harness.engine, 'jobs', 'openJobs', async (call) => {
    atOnce += 1;
    all += 1;
    most = Math.max(most, atOnce);
    await new Promise(setImmediate);
    atOnce -= 1;
    return call();
  });
  const broker = new LocalBroker(harness, engine, { holdMs: 1 });
  const ids = Array.from({ length: 200 }, (_, epoch) => v6Job(epoch, 'INBOX_PARITY', 'inputs').id);
  expect(await broker.call('node', 'getCompletedJobs', [ids])).toEqual([]);
  expect(all).toBe(200);
  expect(most).toBeLessThanOrEqual(16);
  await broker.stop();
  await harness.close();
});
