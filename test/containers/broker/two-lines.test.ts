import { expect, it } from 'vitest';

import { makeLineId } from '../../../shared/proving-job/epoch-id.ts';
import { openEmbeddedHarness } from '../../contract/embedded-harness.ts';
import { ROLLUP } from '../../fixtures/epoch-id.ts';
import { ProvingJobId } from '../../../shared/proving-job/proving-job-id.ts';
import { LINE, LocalBroker } from './local-broker.ts';

it('leaves the jobs of another line to its broker, though its own agents wait, and reports that they are there', async () => {
  const harness = await openEmbeddedHarness();
  const [here, elsewhere] = [LINE, { networkVersion: '5.2.0', rollup: makeLineId('5.2.0') }].map(
    (line) => new LocalBroker(harness, undefined, { line, holdMs: 20 }),
  ) as [LocalBroker, LocalBroker];
  for (let jobs = 0; jobs < 20; jobs += 1) await elsewhere.enqueue();
  const idle = Array.from({ length: 5 }, (_, agent) => here.agent(`10.0.0.${agent}`).ask());
  for (const lease of idle) expect(await lease).toBeUndefined();
  expect(await harness.engine.incidents.latest(10)).toMatchObject([{ kind: 'foreign-version' }]);
  const own = await here.enqueue();
  expect((await here.agent('10.0.0.1').ask())?.job.id).toBe(own);
  // All but the one that the other broker claimed.
  for (let jobs = 0; jobs < 19; jobs += 1) expect(await elsewhere.agent(`10.0.1.${jobs}`).ask()).toBeDefined();
  await here.stop();
  await elsewhere.stop();
  await harness.close();
});

it('has its agents prove what another version has left of the same rollup on L1', async () => {
  const harness = await openEmbeddedHarness();
  const rollup = ROLLUP;
  const before = new LocalBroker(harness, undefined, { line: { networkVersion: '6.0.0', rollup } });
  const left = await before.enqueue();
  await before.stop();
  const patched = new LocalBroker(harness, undefined, { line: { networkVersion: '6.0.1', rollup } });
  const lease = await patched.agent('10.0.0.1').ask();
  expect(lease?.job.id).toBe(left);
  await patched.agent('10.0.0.1').succeed(lease!, { allowList: [], allowNewJobs: false });
  const record = await harness.engine.jobs.find(ProvingJobId.parse(`${rollup}:${left}`));
  expect(record).toMatchObject({ state: 'proven', networkVersion: '6.0.0' });
  expect(await harness.engine.incidents.latest(10)).toEqual([]);
  await patched.stop();
  await harness.close();
});
