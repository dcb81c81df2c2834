import { expect, it } from 'vitest';

import { openEmbeddedHarness } from '../../../contract/embedded-harness.ts';
import { aJobMessage, aNewJob } from '../../../contract/a-new-job.ts';

it('closes twice without harm', async () => {
  const harness = await openEmbeddedHarness();
  await harness.engine.close();
  await harness.engine.close();
  await harness.close();
});

it('ends a claim that waits with nothing when the engine is closed', async () => {
  const harness = await openEmbeddedHarness();
  const waiting = harness.engine.queue.claim(['small'], { waitSeconds: 20 });
  await harness.engine.close();
  expect(await waiting).toBeUndefined();
  await harness.close();
});

it('shows another process what this one wrote, in every port', async () => {
  const harness = await openEmbeddedHarness();
  const job = aNewJob();
  const inputs = await harness.engine.proofs.put(job.inputs.key, new Uint8Array([1, 2, 3]));
  await harness.engine.jobs.record({ ...job, inputs });
  await harness.engine.queue.enqueue([aJobMessage()]);
  await harness.engine.incidents.report({ kind: 'submission', subject: 'epoch 7', message: 'gas above the cap' });
  expect((await harness.elsewhere.jobs.find(job.id))?.inputs).toEqual(inputs);
  expect([...(await harness.elsewhere.proofs.get(inputs))]).toEqual([1, 2, 3]);
  expect(await harness.elsewhere.queue.claim(['medium'], { waitSeconds: 0 })).toBeDefined();
  expect(await harness.elsewhere.incidents.latest(1)).toHaveLength(1);
  await harness.close();
});
