import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { reviveRejected } from '../../../shared/job-queue/revive-rejected.ts';
import { AgentId, type AttemptCause, type NewJob, RangeId } from '../../../shared/ledger/job-ledger.ts';
import { outputsKey, type StoredObject } from '../../../shared/proof-store/proof-store.ts';
import { aNewJob } from '../../contract/a-new-job.ts';
import { type EmbeddedHarness, openEmbeddedHarness } from '../../contract/embedded-harness.ts';
import { epochIdOf } from '../../../shared/proving-job/proving-job-id.ts';

const AGENT = AgentId.parse('agent-1');

describe('reviving the rejected jobs of an epoch', () => {
  let harness: EmbeddedHarness;
  beforeEach(async () => {
    harness = await openEmbeddedHarness();
  });
  afterEach(() => harness.close());

  /** A job that lost its last attempt to the cause, with something stored where its proof belongs. */
  async function aRejectedJob(cause: AttemptCause): Promise<{ readonly job: NewJob; readonly stored: StoredObject }> {
    const { jobs, proofs } = harness.engine;
    const job = aNewJob();
    await jobs.record(job);
    const stored = await proofs.put(outputsKey(job.circuit, job.id), Buffer.from('perhaps a proof'));
    for (let outcome = 'queued'; outcome === 'queued';) {
      const claim = await jobs.claim(job.id, AGENT, 30);
      if (claim.outcome !== 'claimed') throw new Error(`expected to claim it, was ${claim.outcome}`);
      outcome = await jobs.fail(claim.lease, cause, 'no proof');
    }
    return { job, stored };
  }

  it('keeps what a lost agent may have proven: the next agent checks it', async () => {
    const { job, stored } = await aRejectedJob('lost-agent');
    expect(await reviveRejected({ id: epochIdOf(job.id), rangeId: job.rangeId }, harness.engine)).toBe(1);
    expect(await harness.engine.jobs.find(job.id)).toMatchObject({ state: 'queued' });
    expect((await harness.engine.proofs.get(stored)).toString()).toBe('perhaps a proof');
  });

  it('sets aside what attempts may have failed on', async () => {
    const { job, stored } = await aRejectedJob('failure');
    expect(await reviveRejected({ id: epochIdOf(job.id), rangeId: job.rangeId }, harness.engine)).toBe(1);
    await expect(harness.engine.proofs.get(stored)).rejects.toThrow(stored.key);
  });

  it('leaves jobs of another range as they are, and what is stored for them', async () => {
    const { job, stored } = await aRejectedJob('failure');
    expect(await reviveRejected({ id: epochIdOf(job.id), rangeId: RangeId.parse('0xother') }, harness.engine)).toBe(0);
    expect(await harness.engine.jobs.find(job.id)).toMatchObject({ state: 'rejected' });
    expect(await harness.engine.proofs.get(stored)).toBeDefined();
  });
});
