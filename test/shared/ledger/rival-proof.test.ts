import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { reportRivalProof } from '../../../shared/ledger/rival-proof.ts';
import { makeRollupId } from '../../../shared/proving-job/epoch-id.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../contract/embedded-harness.ts';
import { namesOfEpoch } from '../../fixtures/epoch-id.ts';

let harness: EmbeddedHarness;
beforeEach(async () => {
  harness = await openEmbeddedHarness();
});
afterEach(() => harness.close());

it('reports a rival’s proof once for each epoch, also where another rollup had one of that number', async () => {
  const { incidents } = harness.engine;
  const deps = { incidents, log: pino({ level: 'silent' }) };
  const [before, after] = [namesOfEpoch(4), namesOfEpoch(4, makeRollupId(1, `0x${'bb'.repeat(20)}`))];
  for (const epoch of [before, before, after]) await reportRivalProof(epoch, 'it is proven further', deps);
  expect((await incidents.latest(10)).map(({ subject }) => subject)).toEqual([
    `epoch ${after.id}`,
    `epoch ${before.id}`,
  ]);
});
