import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { cancelOtherRanges } from '../../../shared/job-queue/cancel-other-ranges.ts';
import { AgentId, type NewJob, RangeId } from '../../../shared/ledger/job-ledger.ts';
import { STREAMED_RANGE } from '../../../shared/ledger/streamed-epoch.ts';
import { aNewJob } from '../../contract/a-new-job.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../contract/embedded-harness.ts';
import { epochIdOf } from '../../../shared/proving-job/proving-job-id.ts';

const [OLD, NEW] = [RangeId.parse('0xold'), RangeId.parse('0xnew')];

describe('cancelling what a reorg left behind', () => {
  let harness: EmbeddedHarness;
  beforeEach(async () => {
    harness = await openEmbeddedHarness();
  });
  afterEach(() => harness.close());

  /** A job that an agent is proving. */
  async function aHeldJob(rangeId = OLD): Promise<{ readonly job: NewJob; isStillHeld(): Promise<boolean> }> {
    const { jobs } = harness.engine;
    const job = aNewJob('PUBLIC_VM', { rangeId });
    await jobs.record(job);
    const claim = await jobs.claim(job.id, AgentId.parse('agent-1'), 30);
    if (claim.outcome !== 'claimed') throw new Error(`expected to claim it, was ${claim.outcome}`);
    const isStillHeld = (): Promise<boolean> =>
      jobs.extend(claim.lease, 30).then(
        () => true,
        () => false,
      );
    return { job, isStillHeld };
  }

  it('leaves every job to its agent that the new range has asked for', async () => {
    const { jobs } = harness.engine;
    const [shared, gone] = [await aHeldJob(), await aHeldJob()];
    await jobs.record({ ...shared.job, rangeId: NEW });
    expect(await cancelOtherRanges({ id: epochIdOf(shared.job.id), rangeId: NEW }, jobs)).toBe(1);
    expect([await shared.isStillHeld(), await gone.isStillHeld()]).toEqual([true, false]);
    expect(await jobs.find(gone.job.id)).toMatchObject({ state: 'cancelled' });
  });

  it('leaves every job to its agent that an official node has asked for', async () => {
    const job = await aHeldJob(STREAMED_RANGE);
    expect(await cancelOtherRanges({ id: epochIdOf(job.job.id), rangeId: NEW }, harness.engine.jobs)).toBe(0);
    expect(await job.isStillHeld()).toBe(true);
  });
});
