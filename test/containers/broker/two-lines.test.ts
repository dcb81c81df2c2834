import { expect, it } from 'vitest';

import { openEmbeddedHarness } from '../../contract/embedded-harness.ts';
import { ABroker } from './a-broker.ts';

it('leaves the jobs of another line to its broker, though its own agents wait, and reports that they are there', async () => {
  const harness = await openEmbeddedHarness();
  const [here, elsewhere] = [new ABroker(harness, '6.0.0'), new ABroker(harness, '5.2.0')];
  for (let jobs = 0; jobs < 20; jobs += 1) await elsewhere.enqueue();
  const idle = Array.from({ length: 5 }, (_, agent) => here.take(`10.0.0.${agent}`));
  for (const lease of idle) expect(await lease).toBeUndefined();
  expect(await harness.engine.incidents.latest(10)).toMatchObject([{ kind: 'foreign-version' }]);
  const own = await here.enqueue();
  expect((await here.take('10.0.0.1')).job.id).toBe(own);
  // All but the one that was looked at.
  for (let jobs = 0; jobs < 19; jobs += 1) expect(await elsewhere.take(`10.0.1.${jobs}`)).toBeDefined();
  await here.close();
  await elsewhere.close();
  await harness.close();
});
