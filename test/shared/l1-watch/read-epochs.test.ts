import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readEpochs } from '../../../shared/l1-watch/read-epochs.ts';
import type { EpochState } from '../../../shared/ledger/epoch-ledger.ts';
import { aNewEpoch } from '../../contract/epoch-ledger.contract.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../contract/embedded-harness.ts';
import { parseEpochId } from '../../../shared/proving-job/epoch-id.ts';
import { ROLLUP } from '../../fixtures/epoch-id.ts';

describe('the progress of epochs', () => {
  let harness: EmbeddedHarness;
  beforeEach(async () => {
    harness = await openEmbeddedHarness();
  });
  afterEach(() => harness.close());

  async function jobsLeft(state: EpochState, secondsAfterDeadline: number): Promise<number | undefined> {
    const epoch = { ...aNewEpoch(), deadlineAtMs: harness.nowMs() - secondsAfterDeadline * 1000 };
    await harness.engine.epochs.open(epoch);
    await harness.engine.epochs.advance(epoch.id, epoch.rangeId, state);
    const onL1 = { epoch: parseEpochId(epoch.id).epoch, deadlineAtMs: epoch.deadlineAtMs };
    const deps = { ...harness.engine, rollup: ROLLUP, nowMs: () => harness.nowMs() };
    const [progress] = await readEpochs([onL1], deps);
    return progress?.jobsLeft;
  }

  it('counts the jobs of an epoch that is being proven, or failed and is taken up again', async () => {
    expect(await jobsLeft('proving', -60)).toBeGreaterThan(0);
    expect(await jobsLeft('failed', -60)).toBeGreaterThan(0);
  });

  it('counts none of an epoch that needs no proof any more', async () => {
    for (const state of ['submitting', 'proven', 'expired'] as const) expect(await jobsLeft(state, -60)).toBe(0);
    for (const state of ['proving', 'failed'] as const) expect(await jobsLeft(state, 0)).toBe(0);
  });
});
