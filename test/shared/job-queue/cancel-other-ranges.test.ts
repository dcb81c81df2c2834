import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { cancelOtherRanges } from '../../../shared/job-queue/cancel-other-ranges.ts';
import { AgentId, type NewJob, RangeId } from '../../../shared/ledger/job-ledger.ts';
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

  /** A job of the old range that an agent is proving. */
  async function aHeldJob(): Promise<{ readonly job: NewJob; isStillHeld(): Promise<boolean> }> {
    const { jobs } = harness.engine;
    const job = aNewJob('PUBLIC_VM', { rangeId: OLD });
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
});
