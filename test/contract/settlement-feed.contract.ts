import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { AgentId, type JobLedger, type NewJob, RangeId } from '../../shared/ledger/job-ledger.ts';
import type { Settlement, SettlementFeed } from '../../shared/ledger/settlement-feed.ts';
import { outputsKey } from '../../shared/proof-store/proof-store.ts';
import { epochIdOf, sha256Of } from '../../shared/proving-job/proving-job-id.ts';
import { aNewJob } from './a-new-job.ts';

export interface SettlementFeedHarness {
  readonly settlements: SettlementFeed;
  /** The ledger of the process that follows the feed. */
  readonly jobs: JobLedger;
  /** The same ledger in another process. */
  readonly jobsElsewhere: JobLedger;
  elapse(seconds: number): Promise<void>;
  close(): Promise<void>;
}

const ALICE = AgentId.parse('alice');
const LEASE_SECONDS = 60;
/** Far above what any adapter takes. */
const POLLING = { interval: 10 };

export function describeSettlementFeedContract(adapter: string, open: () => Promise<SettlementFeedHarness>): void {
  describe(`SettlementFeed contract: ${adapter}`, () => {
    let harness: SettlementFeedHarness;
    let heard: Settlement[];
    let unsubscribe: () => void;
    beforeEach(async () => {
      harness = await open();
      heard = [];
      unsubscribe = harness.settlements.subscribe((settlement) => heard.push(settlement));
    });
    afterEach(async () => {
      unsubscribe();
      await harness.close();
    });

    async function recorded(): Promise<NewJob> {
      const job = aNewJob();
      await harness.jobs.record(job);
      return job;
    }

    const settlementOf = (job: NewJob, state: Settlement['state']): Settlement => ({
      jobId: job.id,
      state,
    });

    it.each(['here', 'in another process'] as const)('reports a job that was proven %s', async (where) => {
      const job = await recorded();
      await prove(where === 'here' ? harness.jobs : harness.jobsElsewhere, job);
      await expect.poll(() => heard, POLLING).toContainEqual(settlementOf(job, 'proven'));
    });

    it('reports a job that was rejected when its budget was spent', async () => {
      const job = await recorded();
      for (let outcome = 'queued'; outcome === 'queued';) {
        const claim = await harness.jobsElsewhere.claim(job.id, ALICE, LEASE_SECONDS);
        if (claim.outcome !== 'claimed') throw new Error(`expected to claim, was ${claim.outcome}`);
        outcome = await harness.jobsElsewhere.fail(claim.lease, 'failure', 'bb exited with 1');
      }
      await expect.poll(() => heard, POLLING).toContainEqual(settlementOf(job, 'rejected'));
    });

    it('reports the proof of a job that was rejected before', async () => {
      const job = await recorded();
      await harness.jobsElsewhere.reject(job.id, 'its message became a dead letter');
      await expect.poll(() => heard, POLLING).toContainEqual(settlementOf(job, 'rejected'));
      await prove(harness.jobsElsewhere, job);
      await expect.poll(() => heard, POLLING).toContainEqual(settlementOf(job, 'proven'));
    });

    it('reports a job that a claim rejected because it had lost too many agents', async () => {
      const job = await recorded();
      for (let outcome = 'claimed'; outcome === 'claimed';) {
        ({ outcome } = await harness.jobsElsewhere.claim(job.id, ALICE, LEASE_SECONDS));
        await harness.elapse(LEASE_SECONDS);
      }
      await expect.poll(() => heard, POLLING).toContainEqual(settlementOf(job, 'rejected'));
    });

    it('reports every job that was cancelled with its epoch', async () => {
      const cancelled = [await recorded(), await recorded(), await recorded()];
      await harness.jobsElsewhere.cancelEpoch(epochIdOf(cancelled[0]!.id), 'window closed');
      await expect
        .poll(() => heard, POLLING)
        .toEqual(expect.arrayContaining(cancelled.map((job) => settlementOf(job, 'cancelled'))));
    });

    it('does not report a job that was claimed, failed within its budget, or released', async () => {
      const job = await recorded();
      for (const end of ['fail', 'release'] as const) {
        const claim = await harness.jobsElsewhere.claim(job.id, ALICE, LEASE_SECONDS);
        if (claim.outcome !== 'claimed') throw new Error(`expected to claim, was ${claim.outcome}`);
        await (end === 'fail'
          ? harness.jobsElsewhere.fail(claim.lease, 'failure', 'bb exited with 1')
          : harness.jobsElsewhere.release(claim.lease));
      }
      const last = await recorded();
      await prove(harness.jobsElsewhere, last);
      await expect.poll(() => heard, POLLING).toContainEqual(settlementOf(last, 'proven'));
      expect(heard.filter(({ jobId }) => jobId === job.id)).toEqual([]);
    });

    it('does not report a second proof', async () => {
      const job = await recorded();
      await prove(harness.jobsElsewhere, job);
      await expect.poll(() => heard, POLLING).toContainEqual(settlementOf(job, 'proven'));
      await prove(harness.jobsElsewhere, job);
      const last = await recorded();
      await prove(harness.jobsElsewhere, last);
      await expect.poll(() => heard, POLLING).toContainEqual(settlementOf(last, 'proven'));
      expect(heard.filter(({ jobId }) => jobId === job.id)).toEqual([settlementOf(job, 'proven')]);
    });

    it('does not report a settled job that another range takes on', async () => {
      const job = await recorded();
      await prove(harness.jobsElsewhere, job);
      await expect.poll(() => heard, POLLING).toContainEqual(settlementOf(job, 'proven'));
      heard.length = 0;
      await harness.jobsElsewhere.record({ ...job, rangeId: RangeId.parse('0xb2') });
      const last = await recorded();
      await prove(harness.jobsElsewhere, last);
      await expect.poll(() => heard, POLLING).toContainEqual(settlementOf(last, 'proven'));
      expect(heard).not.toContainEqual(settlementOf(job, 'proven'));
    });

    it('reports a job again that was reopened and proven again', async () => {
      const job = await recorded();
      await prove(harness.jobsElsewhere, job);
      await expect.poll(() => heard, POLLING).toContainEqual(settlementOf(job, 'proven'));
      heard.length = 0;
      await harness.jobs.reopen((await harness.jobs.find(job.id))!, 'the store has lost it');
      await prove(harness.jobsElsewhere, job);
      await expect.poll(() => heard, POLLING).toContainEqual(settlementOf(job, 'proven'));
    });

    it('notifies every subscriber until it unsubscribes', async () => {
      const others: Settlement[] = [];
      const leave = harness.settlements.subscribe((settlement) => others.push(settlement));
      const first = await recorded();
      await prove(harness.jobsElsewhere, first);
      await expect.poll(() => others, POLLING).toContainEqual(settlementOf(first, 'proven'));
      leave();
      const second = await recorded();
      await prove(harness.jobsElsewhere, second);
      await expect.poll(() => heard, POLLING).toContainEqual(settlementOf(second, 'proven'));
      expect(others).not.toContainEqual(settlementOf(second, 'proven'));
    });
  });
}

async function prove(jobs: JobLedger, job: NewJob): Promise<void> {
  await jobs.markProven({
    jobId: job.id,
    agentId: ALICE,
    proof: { key: outputsKey(job.circuit, job.id), sha256: sha256Of(new Uint8Array()), sizeBytes: 0 },
    provingMs: 5,
    claimedAtMs: 1_800_000_000_000,
  });
}
