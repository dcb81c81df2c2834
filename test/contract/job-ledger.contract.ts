import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  AgentId,
  AttemptCause,
  type AttemptBudgets,
  type ClaimAnswer,
  type JobLease,
  type JobLedger,
  type JobRecord,
  type NewJob,
  type OpenJob,
  type ProofReport,
  RangeId,
} from '../../shared/ledger/job-ledger.ts';
import { JobLeaseLostError } from '../../shared/ledger/errors.ts';
import { outputsKey } from '../../shared/proof-store/proof-store.ts';
import { epochIdOf, type ProvingJobId, sha256Of } from '../../shared/proving-job/proving-job-id.ts';
import { speedClassOf } from '../../shared/proving-job/speed-class.ts';
import { aNewJob } from './a-new-job.ts';
import { epochId } from '../fixtures/epoch-id.ts';
import { CircuitName } from '../../shared/proving-job/circuit-catalogue.ts';
import {
  EpochNumber,
  epochIdWithoutRollup,
  makeEpochId,
  makeLineId,
  makeRollupId,
} from '../../shared/proving-job/epoch-id.ts';

/** The harness opens the ledger with these. */
export const CONTRACT_BUDGETS: AttemptBudgets = {
  'lost-agent': 3,
  'out-of-memory': 2,
  'time-out': 1,
  failure: 2,
  'corrupt-inputs': 2,
};

export interface JobLedgerHarness {
  readonly jobs: JobLedger;
  nowMs(): number;
  /** Lets `seconds` go by, as the ledger sees it. */
  elapse(seconds: number): Promise<void>;
  close(): Promise<void>;
}

const ALICE = AgentId.parse('alice');
const BOB = AgentId.parse('bob');
const LEASE_SECONDS = 60;

export function describeJobLedgerContract(adapter: string, open: () => Promise<JobLedgerHarness>): void {
  describe(`JobLedger contract: ${adapter}`, () => {
    let harness: JobLedgerHarness;
    let jobs: JobLedger;
    beforeEach(async () => {
      harness = await open();
      jobs = harness.jobs;
    });
    afterEach(() => harness.close());

    async function recorded(job: NewJob = aNewJob()): Promise<NewJob> {
      await jobs.record(job);
      return job;
    }

    async function leased(jobId: ProvingJobId, agentId = ALICE): Promise<JobLease> {
      const answer = await jobs.claim(jobId, agentId, LEASE_SECONDS);
      if (answer.outcome !== 'claimed') throw new Error(`expected to claim ${jobId}, was ${answer.outcome}`);
      return answer.lease;
    }

    async function found(jobId: ProvingJobId): Promise<JobRecord> {
      const job = await jobs.find(jobId);
      if (job === undefined) throw new Error(`expected a record of ${jobId}`);
      return job;
    }

    function proofOf(job: NewJob, agentId = ALICE, text = 'proof'): ProofReport {
      const bytes = new TextEncoder().encode(text);
      return {
        jobId: job.id,
        agentId,
        proof: { key: outputsKey(job.circuit, job.id), sha256: sha256Of(bytes), sizeBytes: bytes.byteLength },
        provingMs: 1234.5,
        claimedAtMs: harness.nowMs(),
      };
    }

    describe('recording a job', () => {
      it('writes it as queued, without an attempt lost, and never enqueued', async () => {
        const job = aNewJob('TX_MERGE_ROLLUP', { children: [aNewJob().id, aNewJob().id] });
        const expected = {
          ...job,
          epoch: 7,
          state: 'queued',
          attempts: Object.fromEntries(AttemptCause.options.map((cause) => [cause, 0])),
          recordedAtMs: harness.nowMs(),
        };
        expect(await jobs.record(job)).toStrictEqual(expected);
        expect(await jobs.find(job.id)).toStrictEqual(expected);
      });

      it('returns a proven job with its proof, and takes on the new range', async () => {
        const job = await recorded();
        const report = proofOf(job);
        await jobs.markProven(report);
        const again = await jobs.record({ ...job, rangeId: RangeId.parse('0xb2') });
        expect(again).toMatchObject({ state: 'proven', proof: report.proof, rangeId: '0xb2', provenBy: ALICE });
      });

      it('leaves a leased job with its agent', async () => {
        const job = await recorded();
        const lease = await leased(job.id);
        expect(await jobs.record(job)).toMatchObject({ state: 'leased', lease });
        await jobs.extend(lease, LEASE_SECONDS);
      });

      it('keeps the attempts that a job has lost', async () => {
        const job = await recorded();
        await jobs.fail(await leased(job.id), 'failure', 'bb exited with 1');
        expect((await jobs.record(job)).attempts.failure).toBe(1);
      });

      it('leaves a rejected job rejected', async () => {
        const job = await recorded();
        await jobs.fail(await leased(job.id), 'time-out', 'took 3 hours');
        expect(await jobs.record(job)).toMatchObject({ state: 'rejected', reason: 'took 3 hours' });
      });

      it('queues a cancelled job again, in need of a message', async () => {
        const job = await recorded();
        await jobs.markEnqueued([job.id]);
        await jobs.cancelEpoch(epochIdOf(job.id), 'reorged away');
        const again = await jobs.record(job);
        expect(again.state).toBe('queued');
        expect(again).not.toHaveProperty('reason');
        expect(again).not.toHaveProperty('settledAtMs');
        expect(again).not.toHaveProperty('enqueuedAtMs');
      });
    });

    it('keeps what official nodes and agents say of a job: its number, and where they keep inputs and proof', async () => {
      const { wireType, ...job } = { ...aNewJob(), wireType: 16, inputsUri: 's3://inputs/PARITY_BASE/x' };
      expect(await jobs.record({ ...job, wireType })).toMatchObject({ ...job, wireType });
      await leased(job.id);
      const report = { ...proofOf(job), proof: { uri: 's3://outputs/PARITY_BASE/x.json' } };
      expect(await jobs.markProven(report)).toBe('proven');
      const proven = await found(job.id);
      expect(proven).toMatchObject({ state: 'proven', wireType, inputsUri: job.inputsUri, proofUri: report.proof.uri });
      expect(proven).not.toHaveProperty('proof');
      await jobs.reopen(proven, 'its proof is lost');
      expect(await found(job.id)).not.toHaveProperty('proofUri');
    });

    it.each(['queued', 'leased'])('cancels one %s job, whose agent loses its lease', async (state) => {
      const [job, other] = [await recorded(), await recorded()];
      const lease = state === 'leased' ? await leased(job.id) : undefined;
      expect(await jobs.cancel(job.id, 'Aborted')).toBe(true);
      expect(await found(job.id)).toMatchObject({ state: 'cancelled', reason: 'Aborted' });
      expect(await found(other.id)).toMatchObject({ state: 'queued' });
      if (lease !== undefined) await expect(jobs.extend(lease, LEASE_SECONDS)).rejects.toThrow(JobLeaseLostError);
      expect(await jobs.record(job)).toMatchObject({ state: 'queued' });
    });

    it('cancels no job that is settled or unknown', async () => {
      const job = await recorded();
      await jobs.markProven(proofOf(job));
      expect(await jobs.cancel(job.id, 'Aborted')).toBe(false);
      expect(await found(job.id)).toMatchObject({ state: 'proven' });
      expect(await jobs.cancel(aNewJob().id, 'Aborted')).toBe(false);
    });

    it('finds nothing of a job that was never recorded', async () => {
      expect(await jobs.find(aNewJob().id)).toBeUndefined();
    });

    it("lists an epoch's jobs in the order they were recorded, and no other epoch's", async () => {
      const ours = [aNewJob('ROOT_ROLLUP'), aNewJob('PARITY_BASE'), aNewJob('PARITY_ROOT')];
      for (const job of ours) {
        await recorded(job);
        await recorded(aNewJob('PARITY_BASE', { epochId: epochId(8) }));
        await harness.elapse(1);
      }
      const listed = await jobs.jobsOfEpoch(epochId(7));
      expect(listed.map((job) => job.id)).toEqual(ours.map((job) => job.id));
    });

    describe('claiming a job', () => {
      it('leases a queued one to the agent that asks', async () => {
        const job = await recorded();
        const answer = await jobs.claim(job.id, ALICE, LEASE_SECONDS);
        const lease = {
          jobId: job.id,
          agentId: ALICE,
          token: expect.any(Number) as number,
          claimedAtMs: harness.nowMs(),
          expiresAtMs: harness.nowMs() + LEASE_SECONDS * 1000,
        };
        expect(answer).toMatchObject({ outcome: 'claimed', lease, job: { ...job, state: 'leased', lease } });
        expect(await jobs.find(job.id)).toMatchObject({ state: 'leased', lease });
      });

      it('reports it held by another agent while its lease lasts', async () => {
        const job = await recorded();
        await leased(job.id);
        await harness.elapse(LEASE_SECONDS - 1);
        const answer = await jobs.claim(job.id, BOB, LEASE_SECONDS);
        expect(answer).toEqual({ outcome: 'held', expiresAtMs: harness.nowMs() + 1000 });
      });

      it('takes it from an agent whose lease has ended, and counts the loss of that agent', async () => {
        const job = await recorded();
        const lost = await leased(job.id);
        await harness.elapse(LEASE_SECONDS);
        const answer = await jobs.claim(job.id, BOB, LEASE_SECONDS);
        expect(answer).toMatchObject({ outcome: 'claimed', job: { attempts: { 'lost-agent': 1, failure: 0 } } });
        expect(answer).toHaveProperty('lease.agentId', BOB);
        expect((await found(job.id)).lease?.token).toBeGreaterThan(lost.token);
      });

      it('rejects it when the last agent of the budget is lost', async () => {
        const job = await recorded();
        for (let lost = 0; lost < CONTRACT_BUDGETS['lost-agent']; lost++) {
          await leased(job.id);
          await harness.elapse(LEASE_SECONDS);
        }
        expect(await jobs.claim(job.id, BOB, LEASE_SECONDS)).toEqual({ outcome: 'settled', state: 'rejected' });
        const rejected = await found(job.id);
        expect(rejected).toMatchObject({ state: 'rejected', settledAtMs: harness.nowMs() });
        expect(rejected.reason).toContain(ALICE);
        expect(rejected).not.toHaveProperty('lease');
      });

      it('reports it settled once it is proven', async () => {
        const job = await recorded();
        await jobs.markProven(proofOf(job));
        expect(await jobs.claim(job.id, BOB, LEASE_SECONDS)).toEqual({ outcome: 'settled', state: 'proven' });
      });

      it('reports it settled once it is cancelled', async () => {
        const job = await recorded();
        await jobs.cancelEpoch(epochIdOf(job.id), 'window closed');
        expect(await jobs.claim(job.id, BOB, LEASE_SECONDS)).toEqual({ outcome: 'settled', state: 'cancelled' });
      });

      it('reports a job unknown that was never recorded, and records nothing', async () => {
        const { id } = aNewJob();
        expect(await jobs.claim(id, ALICE, LEASE_SECONDS)).toEqual({ outcome: 'unknown' });
        expect(await jobs.find(id)).toBeUndefined();
      });

      it('gives it only to agents of its pool, and reports its pool to others', async () => {
        const job = await recorded();
        await jobs.fail(await leased(job.id), 'out-of-memory', 'killed at 31 GiB', 'large');
        const before = await found(job.id);
        const answer = await jobs.claim(job.id, ALICE, LEASE_SECONDS, ['small', 'medium']);
        expect(answer).toEqual({ outcome: 'moved', job: before });
        expect(await found(job.id)).toEqual(before);
        const claim = await jobs.claim(job.id, BOB, LEASE_SECONDS, ['medium', 'large']);
        expect(claim).toMatchObject({ outcome: 'claimed', job: { pool: 'large' } });
      });

      it('reports to an agent of another pool that it is held, moved, or settled', async () => {
        const job = await recorded();
        const elsewhere = (): Promise<ClaimAnswer> => jobs.claim(job.id, BOB, LEASE_SECONDS, ['small']);
        const { expiresAtMs } = await leased(job.id);
        expect(await elsewhere()).toEqual({ outcome: 'held', expiresAtMs });
        // More, for a clock that each claim finds set back.
        await harness.elapse(LEASE_SECONDS + 1);
        const before = await found(job.id);
        expect(await elsewhere()).toEqual({ outcome: 'moved', job: before });
        expect(await found(job.id)).toEqual(before);
        await jobs.markProven(proofOf(job));
        expect(await elsewhere()).toEqual({ outcome: 'settled', state: 'proven' });
      });

      it('gives it to one of several agents that ask at once', async () => {
        const job = await recorded();
        const agents = Array.from({ length: 8 }, (_, index) => AgentId.parse(`agent-${index}`));
        const answers = await Promise.all(agents.map((agent) => jobs.claim(job.id, agent, LEASE_SECONDS)));
        expect(answers.map(({ outcome }) => outcome).toSorted()).toEqual(['claimed', ...Array<string>(7).fill('held')]);
      });
    });

    describe('extending a lease', () => {
      it('moves its end to a whole lease from now', async () => {
        const job = await recorded();
        const lease = await leased(job.id);
        await harness.elapse(LEASE_SECONDS / 2);
        const extended = await jobs.extend(lease, LEASE_SECONDS);
        expect(extended).toEqual({ ...lease, expiresAtMs: harness.nowMs() + LEASE_SECONDS * 1000 });
        await harness.elapse(LEASE_SECONDS - 1);
        expect(await jobs.claim(job.id, BOB, LEASE_SECONDS)).toMatchObject({ outcome: 'held' });
      });

      it('is still possible after its end while nobody else has taken the job', async () => {
        const job = await recorded();
        const lease = await leased(job.id);
        await harness.elapse(LEASE_SECONDS * 2);
        await jobs.extend(lease, LEASE_SECONDS);
        expect(await jobs.claim(job.id, BOB, LEASE_SECONDS)).toMatchObject({ outcome: 'held' });
      });

      it('is refused once another agent took the job', async () => {
        const job = await recorded();
        const lease = await leased(job.id);
        await harness.elapse(LEASE_SECONDS);
        const second = await leased(job.id, BOB);
        await expect(jobs.extend(lease, LEASE_SECONDS)).rejects.toBeInstanceOf(JobLeaseLostError);
        expect((await found(job.id)).lease).toEqual(second);
      });

      it('is refused once the same agent claimed the job anew', async () => {
        const job = await recorded();
        const lease = await leased(job.id);
        await jobs.release(lease);
        await leased(job.id);
        await expect(jobs.extend(lease, LEASE_SECONDS)).rejects.toBeInstanceOf(JobLeaseLostError);
      });

      it.each(['settled', 'cancelled', 'released'] as const)('is refused once the job is %s', async (how) => {
        const job = await recorded();
        const lease = await leased(job.id);
        if (how === 'settled') await jobs.markProven(proofOf(job, BOB));
        if (how === 'cancelled') await jobs.cancelEpoch(epochIdOf(job.id), 'window closed');
        if (how === 'released') await jobs.release(lease);
        await expect(jobs.extend(lease, LEASE_SECONDS)).rejects.toMatchObject({
          name: 'JobLeaseLostError',
          jobId: job.id,
        });
      });
    });

    describe('settling a job', () => {
      it('makes it proven, with who proved it, when and how long', async () => {
        const job = await recorded();
        await leased(job.id);
        const report = { ...proofOf(job), speedClass: speedClassOf(4) };
        await harness.elapse(10);
        expect(await jobs.markProven(report)).toBe('proven');
        const proven = await found(job.id);
        expect(proven).toMatchObject({
          state: 'proven',
          proof: report.proof,
          provenBy: ALICE,
          provingMs: 1234.5,
          speedClass: 4,
          claimedAtMs: report.claimedAtMs,
          settledAtMs: harness.nowMs(),
        });
        expect(proven).not.toHaveProperty('lease');
      });

      it('takes the proof of an agent that does not know how fast it is', async () => {
        const job = await recorded();
        await jobs.markProven(proofOf(job));
        expect(await found(job.id)).not.toHaveProperty('speedClass');
      });

      it('takes a job of a circuit that no catalogue knows all the way, in an epoch of a version line', async () => {
        const epoch = makeEpochId(makeLineId('7.0.0-rc.1'), EpochNumber.parse(7));
        const circuit = CircuitName.parse('WONDER_ROLLUP');
        const job = await recorded(aNewJob(circuit, { epochId: epoch, networkVersion: '7.0.0-rc.1' }));
        await jobs.markEnqueued([job.id]);
        const lease = await leased(job.id);
        expect(await jobs.extend(lease, LEASE_SECONDS)).toMatchObject({ jobId: job.id });
        await jobs.markProven(proofOf(job));
        expect(await jobs.jobsOfEpoch(epoch)).toMatchObject([{ ...job, state: 'proven', epoch: 7 }]);
      });

      it('keeps the first proof when a second one is reported', async () => {
        const job = await recorded();
        const first = proofOf(job, ALICE, 'first');
        await jobs.markProven(first);
        const before = await found(job.id);
        await harness.elapse(5);
        expect(await jobs.markProven(proofOf(job, BOB, 'second'))).toBe('already-settled');
        expect(await found(job.id)).toEqual(before);
      });

      it('accepts the proof of an agent whose lease has ended and whose job another agent holds', async () => {
        const job = await recorded();
        await leased(job.id, ALICE);
        await harness.elapse(LEASE_SECONDS);
        await leased(job.id, BOB);
        expect(await jobs.markProven(proofOf(job, ALICE))).toBe('proven');
        expect(await found(job.id)).toMatchObject({ state: 'proven', provenBy: ALICE });
      });

      it('accepts the proof of a job that is queued again', async () => {
        const job = await recorded();
        await jobs.release(await leased(job.id));
        expect(await jobs.markProven(proofOf(job))).toBe('proven');
      });

      it('accepts the proof of a job that was cancelled or rejected, reports it, and keeps it', async () => {
        const [cancelled, rejected] = [await recorded(), await recorded(aNewJob('ROOT_ROLLUP'))];
        await jobs.fail(await leased(rejected.id), 'time-out', 'took 3 hours');
        await jobs.cancelEpoch(epochIdOf(cancelled.id), 'window closed');
        expect([(await found(cancelled.id)).state, (await found(rejected.id)).state]).toEqual([
          'cancelled',
          'rejected',
        ]);
        await harness.elapse(5);
        for (const job of [cancelled, rejected]) {
          const report = proofOf(job);
          expect(await jobs.markProven(report)).toBe('proven');
          const proven = await found(job.id);
          expect(proven).toMatchObject({ state: 'proven', proof: report.proof, settledAtMs: harness.nowMs() });
          expect(proven).not.toHaveProperty('reason');
          expect(await jobs.markProven(proofOf(job, BOB, 'second'))).toBe('already-settled');
        }
        expect(await jobs.openJobs(epochIdOf(cancelled.id))).toEqual([]);
      });

      it('lets one of several reports at once win', async () => {
        const job = await recorded();
        const reports = Array.from({ length: 8 }, (_, index) => proofOf(job, ALICE, `proof ${index}`));
        const answers = await Promise.all(reports.map((report) => jobs.markProven(report)));
        expect(answers.filter((answer) => answer === 'proven')).toHaveLength(1);
        expect((await found(job.id)).proof).toEqual(reports[answers.indexOf('proven')]?.proof);
      });

      it('refuses a proof of a job that nobody recorded', async () => {
        const job = aNewJob();
        await expect(jobs.markProven(proofOf(job))).rejects.toThrow(job.id);
        expect(await jobs.find(job.id)).toBeUndefined();
      });
    });

    describe('failing an attempt', () => {
      it('queues the job again and charges only the cause', async () => {
        const job = await recorded();
        expect(await jobs.fail(await leased(job.id), 'out-of-memory', 'killed at 31 GiB')).toBe('queued');
        expect(await found(job.id)).toMatchObject({
          state: 'queued',
          reason: 'killed at 31 GiB',
          attempts: { 'lost-agent': 0, 'out-of-memory': 1, 'time-out': 0, failure: 0, 'corrupt-inputs': 0 },
        });
        expect(await found(job.id)).not.toHaveProperty('lease');
        await leased(job.id, BOB);
      });

      it.each(AttemptCause.options)(
        'rejects the job when as many agents as the budget of %s have failed',
        async (cause) => {
          const job = await recorded();
          for (let agent = 1; agent < CONTRACT_BUDGETS[cause]; agent++) {
            const lease = await leased(job.id, AgentId.parse(`agent-${agent}`));
            expect(await jobs.fail(lease, cause, `attempt ${agent}`)).toBe('queued');
          }
          expect(await jobs.fail(await leased(job.id, BOB), cause, 'the last one')).toBe('rejected');
          expect(await found(job.id)).toMatchObject({
            state: 'rejected',
            reason: 'the last one',
            settledAtMs: harness.nowMs(),
          });
        },
      );

      it('does not reject the job because one agent fails it over and over, and names the agents', async () => {
        const job = await recorded();
        for (let attempt = 1; attempt <= CONTRACT_BUDGETS.failure; attempt++) {
          expect(await jobs.fail(await leased(job.id), 'failure', `attempt ${attempt}`)).toBe('queued');
        }
        await jobs.fail(await leased(job.id), 'out-of-memory', 'killed at 31 GiB');
        expect(await found(job.id)).toMatchObject({
          attempts: { failure: CONTRACT_BUDGETS.failure, 'out-of-memory': 1 },
          failedBy: { failure: [ALICE], 'out-of-memory': [ALICE] },
        });
        expect(await jobs.fail(await leased(job.id, BOB), 'failure', 'here as well')).toBe('rejected');
        expect(new Set((await found(job.id)).failedBy?.failure)).toEqual(new Set([ALICE, BOB]));
      });

      it('rejects the job in the end when there is one agent only', async () => {
        const job = await recorded();
        for (let attempt = 1; attempt < 2 * CONTRACT_BUDGETS.failure; attempt++) {
          expect(await jobs.fail(await leased(job.id), 'failure', `attempt ${attempt}`)).toBe('queued');
        }
        expect(await jobs.fail(await leased(job.id), 'failure', 'the last one')).toBe('rejected');
        expect((await found(job.id)).attempts.failure).toBe(2 * CONTRACT_BUDGETS.failure);
      });

      it('moves the job to the pool that is named, in need of a message at once', async () => {
        const job = await recorded();
        await jobs.markEnqueued([job.id]);
        expect(await jobs.fail(await leased(job.id), 'out-of-memory', 'killed at 31 GiB', 'large')).toBe('queued');
        const moved = await found(job.id);
        expect(moved).toMatchObject({ state: 'queued', pool: 'large', attempts: { 'out-of-memory': 1 } });
        expect(moved).not.toHaveProperty('enqueuedAtMs');
        expect(await jobs.strandedJobs(60)).toEqual([moved]);
        await jobs.markEnqueued([job.id]);
        expect(await jobs.strandedJobs(60)).toEqual([]);
      });

      it('does not move a job that it rejects', async () => {
        const job = await recorded();
        expect(await jobs.fail(await leased(job.id), 'time-out', 'took 3 hours', 'large')).toBe('rejected');
        expect((await found(job.id)).pool).toBe(job.pool);
      });

      it('keeps a moved job in its new pool through failures, revival and reopening', async () => {
        const job = await recorded();
        await jobs.fail(await leased(job.id), 'out-of-memory', 'killed at 31 GiB', 'large');
        expect((await jobs.record(job)).pool).toBe('large');
        await jobs.fail(await leased(job.id), 'failure', 'bb exited with 1');
        await jobs.fail(await leased(job.id), 'time-out', 'took 3 hours');
        expect(await jobs.revive(job.id)).toBe(true);
        await jobs.markProven(proofOf(job));
        await jobs.reopen(await found(job.id), 'the store has lost it');
        expect(await found(job.id)).toMatchObject({ state: 'queued', pool: 'large' });
      });

      it('does not add up the attempts of different causes', async () => {
        const job = await recorded();
        expect(await jobs.fail(await leased(job.id), 'failure', 'one')).toBe('queued');
        expect(await jobs.fail(await leased(job.id), 'out-of-memory', 'two')).toBe('queued');
        expect(await jobs.fail(await leased(job.id), 'corrupt-inputs', 'three')).toBe('queued');
      });

      it('is refused, and charges nothing, once the lease is no longer the job’s', async () => {
        const job = await recorded();
        const lease = await leased(job.id);
        await harness.elapse(LEASE_SECONDS);
        const second = await leased(job.id, BOB);
        await expect(jobs.fail(lease, 'failure', 'too late')).rejects.toBeInstanceOf(JobLeaseLostError);
        expect(await found(job.id)).toMatchObject({ state: 'leased', lease: second, attempts: { failure: 0 } });
        await jobs.markProven(proofOf(job, BOB));
        await expect(jobs.fail(second, 'failure', 'too late')).rejects.toBeInstanceOf(JobLeaseLostError);
      });
    });

    describe('a reason as long as a log', () => {
      const LOG = `bb exited with 1: ${'x'.repeat(500_000)}`;

      it.each(['fail', 'reject', 'cancelEpoch', 'reopen'] as const)('is cut to its beginning by %s', async (arrow) => {
        const job = await recorded();
        if (arrow === 'fail') await jobs.fail(await leased(job.id), 'failure', LOG);
        if (arrow === 'reject') await jobs.reject(job.id, LOG);
        if (arrow === 'cancelEpoch') await jobs.cancelEpoch(epochIdOf(job.id), LOG);
        if (arrow === 'reopen') {
          await jobs.markProven(proofOf(job));
          await jobs.reopen(await found(job.id), LOG);
        }
        expect((await found(job.id)).reason).toBe(`${LOG.slice(0, 999)}…`);
      });

      it('is cut between two characters', async () => {
        // In one of the two, the cut is in the middle of a surrogate pair.
        for (const reason of [`x${'😀'.repeat(1_000)}`, '😀'.repeat(1_000)]) {
          const job = await recorded();
          await jobs.reject(job.id, reason);
          expect((await found(job.id)).reason?.isWellFormed()).toBe(true);
        }
      });
    });

    describe('releasing a job', () => {
      it('queues it again at no cost', async () => {
        const job = await recorded();
        await jobs.release(await leased(job.id));
        const released = await found(job.id);
        expect(released.state).toBe('queued');
        expect(Object.values(released.attempts)).toEqual([0, 0, 0, 0, 0]);
        expect(released).not.toHaveProperty('lease');
      });

      it('changes nothing in a job that another agent holds, or that is settled', async () => {
        const job = await recorded();
        const lease = await leased(job.id);
        await harness.elapse(LEASE_SECONDS);
        const second = await leased(job.id, BOB);
        await jobs.release(lease);
        expect(await found(job.id)).toMatchObject({ state: 'leased', lease: second });
        await jobs.markProven(proofOf(job, BOB));
        await jobs.release(second);
        expect((await found(job.id)).state).toBe('proven');
      });
    });

    describe('a second copy of a job', () => {
      /** Alice is slow, and a copy was asked for; Bob has begun it. */
      async function copied(): Promise<{ readonly job: NewJob; readonly slow: JobLease; readonly copy: JobLease }> {
        const job = await recorded();
        const slow = await leased(job.id);
        await harness.elapse(10);
        expect(await jobs.askForCopy(slow)).toBe(true);
        return { job, slow, copy: await leased(job.id, BOB) };
      }

      it('is asked for once, of an attempt whose lease lasts', async () => {
        const job = await recorded();
        const slow = await leased(job.id);
        expect(await jobs.askForCopy(slow)).toBe(true);
        expect(await found(job.id)).toMatchObject({ state: 'leased', lease: slow, copyAskedAtMs: harness.nowMs() });
        await harness.elapse(1);
        expect(await jobs.askForCopy(slow)).toBe(false);

        const lost = await leased((await recorded()).id);
        await harness.elapse(LEASE_SECONDS);
        expect(await jobs.askForCopy(lost)).toBe(false);
        const released = await leased((await recorded()).id);
        await jobs.release(released);
        expect(await jobs.askForCopy(released)).toBe(false);
        expect(await jobs.askForCopy({ ...lost, jobId: aNewJob().id })).toBe(false);
      });

      it('goes to another agent under a newer lease, and the slow attempt goes on as the straggler', async () => {
        const { job, slow, copy } = await copied();
        expect(copy.token).toBeGreaterThan(slow.token);
        const record = await found(job.id);
        expect(record).toMatchObject({
          state: 'leased',
          lease: copy,
          straggler: grantOf(slow),
          attempts: { 'lost-agent': 0 },
        });
        expect(record).not.toHaveProperty('copyAskedAtMs');
      });

      it('is begun once, however many agents ask, and is not asked for again', async () => {
        const { job, copy } = await copied();
        const { expiresAtMs } = copy;
        for (const agent of [ALICE, BOB, AgentId.parse('carol')]) {
          expect(await jobs.claim(job.id, agent, LEASE_SECONDS)).toEqual({ outcome: 'held', expiresAtMs });
        }
        expect(await jobs.askForCopy(copy)).toBe(false);
      });

      it('goes to one of several agents that ask at once', async () => {
        const job = await recorded();
        await jobs.askForCopy(await leased(job.id));
        const agents = Array.from({ length: 8 }, (_, index) => AgentId.parse(`agent-${index}`));
        const answers = await Promise.all(agents.map((agent) => jobs.claim(job.id, agent, LEASE_SECONDS)));
        expect(answers.map(({ outcome }) => outcome).toSorted()).toEqual(['claimed', ...Array<string>(7).fill('held')]);
      });

      it('is left to others by the agent that is slow, also when they give it back or are lost', async () => {
        const job = await recorded();
        let slow = await leased(job.id);
        await jobs.askForCopy(slow);
        expect(await jobs.claim(job.id, ALICE, LEASE_SECONDS)).toEqual({ outcome: 'left-to-others' });
        const copy = await leased(job.id, BOB);
        await jobs.release(copy);
        expect(await jobs.claim(job.id, ALICE, LEASE_SECONDS)).toEqual({ outcome: 'left-to-others' });
        await leased(job.id, BOB);
        await harness.elapse(LEASE_SECONDS - 1);
        slow = await jobs.extend(slow, LEASE_SECONDS);
        await harness.elapse(1);
        expect(await jobs.claim(job.id, ALICE, LEASE_SECONDS)).toEqual({ outcome: 'left-to-others' });
        expect((await found(job.id)).straggler).toMatchObject(grantOf(slow));
      });

      it('lets both agents extend their leases, whichever state the other is in', async () => {
        const { job, slow, copy } = await copied();
        await harness.elapse(LEASE_SECONDS / 2);
        const later = await jobs.extend(slow, LEASE_SECONDS);
        expect(later).toEqual({ ...slow, expiresAtMs: harness.nowMs() + LEASE_SECONDS * 1000 });
        const laterCopy = await jobs.extend(copy, LEASE_SECONDS);
        expect(await found(job.id)).toMatchObject({ lease: laterCopy, straggler: later });
        await jobs.release(laterCopy);
        await jobs.extend(later, LEASE_SECONDS);
        expect((await found(job.id)).state).toBe('queued');
      });

      it.each([
        ['slow agent', ALICE, BOB],
        ['copy', BOB, ALICE],
      ] as const)(
        'is over with the first proof: when the %s has it, the other loses its lease',
        async (_, first, last) => {
          const { job, slow, copy } = await copied();
          expect(await jobs.markProven(proofOf(job, first, 'first'))).toBe('proven');
          const proven = await found(job.id);
          expect(proven).toMatchObject({ state: 'proven', provenBy: first });
          for (const field of ['lease', 'straggler', 'copyAskedAtMs']) expect(proven).not.toHaveProperty(field);
          for (const lease of [slow, copy]) {
            await expect(jobs.extend(lease, LEASE_SECONDS)).rejects.toBeInstanceOf(JobLeaseLostError);
            await expect(jobs.fail(lease, 'failure', 'late')).rejects.toBeInstanceOf(JobLeaseLostError);
            await jobs.release(lease);
          }
          expect(await jobs.markProven(proofOf(job, last, 'second'))).toBe('already-settled');
          expect(await found(job.id)).toEqual(proven);
        },
      );

      it.each(['fails', 'gives it back', 'is lost'] as const)(
        'goes on, at no cost, when the slow agent %s',
        async (how) => {
          const { job, slow, copy } = await copied();
          if (how === 'fails') expect(await jobs.fail(slow, 'time-out', 'took 3 hours')).toBe('queued');
          if (how === 'gives it back') await jobs.release(slow);
          const extended = await jobs.extend(copy, LEASE_SECONDS);
          if (how === 'is lost') await harness.elapse(LEASE_SECONDS - 5);
          const record = await found(job.id);
          expect(record).toMatchObject({ state: 'leased', lease: grantOf(extended) });
          expect(Object.values(record.attempts)).toEqual([0, 0, 0, 0, 0]);
          if (how !== 'is lost') {
            await expect(jobs.extend(slow, LEASE_SECONDS)).rejects.toBeInstanceOf(JobLeaseLostError);
          }
          expect(await jobs.askForCopy(copy)).toBe(true);
        },
      );

      it('is taken over by the next agent when it is lost, and the straggler stays', async () => {
        const { job, slow } = await copied();
        await harness.elapse(LEASE_SECONDS - 10);
        const extended = await jobs.extend(slow, LEASE_SECONDS);
        await harness.elapse(10);
        const answer = await jobs.claim(job.id, AgentId.parse('carol'), LEASE_SECONDS);
        expect(answer).toMatchObject({
          outcome: 'claimed',
          job: { straggler: grantOf(extended), attempts: { 'lost-agent': 1 } },
        });
      });

      it('does not reject the job with its last attempt while the slow agent goes on', async () => {
        const { job, slow, copy } = await copied();
        expect(await jobs.fail(copy, 'time-out', 'took 3 hours')).toBe('queued');
        expect(await jobs.reject(job.id, 'its message is a dead letter')).toBe('held');
        for (let lost = 0; lost < CONTRACT_BUDGETS['lost-agent'] + 1; lost++) {
          await leased(job.id, BOB);
          await harness.elapse(LEASE_SECONDS + 1);
          await jobs.extend(slow, LEASE_SECONDS);
        }
        expect(await jobs.reject(job.id, 'its message is a dead letter')).toBe('held');
        expect(await jobs.markProven(proofOf(job, ALICE))).toBe('proven');
      });

      it('has the job rejected as any other once the slow agent has ended too', async () => {
        const { job, slow, copy } = await copied();
        await jobs.fail(slow, 'failure', 'bb exited with 1');
        expect(await jobs.fail(copy, 'time-out', 'took 3 hours')).toBe('rejected');
        expect(await found(job.id)).toMatchObject({ state: 'rejected', attempts: { failure: 0, 'time-out': 1 } });
      });

      it('is forgotten when the attempt ends before another agent came', async () => {
        const job = await recorded();
        const slow = await leased(job.id);
        await jobs.askForCopy(slow);
        await jobs.release(slow);
        expect(await found(job.id)).not.toHaveProperty('copyAskedAtMs');
        await jobs.askForCopy(await leased(job.id));
        await harness.elapse(LEASE_SECONDS + 1);
        await leased(job.id, BOB);
        const record = await found(job.id);
        expect(record).toMatchObject({ attempts: { 'lost-agent': 1 } });
        for (const field of ['straggler', 'copyAskedAtMs']) expect(record).not.toHaveProperty(field);
      });

      it('is cancelled with the epoch: both agents lose their leases, and nothing is left of it when the job returns', async () => {
        const { job, slow, copy } = await copied();
        expect(await jobs.cancelEpoch(epochIdOf(job.id), 'reorged away')).toBe(1);
        for (const lease of [slow, copy]) {
          await expect(jobs.extend(lease, LEASE_SECONDS)).rejects.toBeInstanceOf(JobLeaseLostError);
        }
        expect(await jobs.record(job)).not.toHaveProperty('straggler');
        await leased(job.id);
      });

      it('is open and not stranded while its agent lives, and stranded when that is lost, even if the straggler goes on', async () => {
        const { job, slow } = await copied();
        expect(await jobs.openJobs(epochIdOf(job.id))).toEqual([{ id: job.id, corruptInputs: 0 }]);
        await harness.elapse(LEASE_SECONDS - 1);
        await jobs.extend(slow, LEASE_SECONDS);
        expect(await jobs.strandedJobs(0)).toEqual([]);
        await harness.elapse(2);
        expect((await jobs.strandedJobs(0)).map(({ id }) => id)).toEqual([job.id]);
      });
    });

    describe('cancelling an epoch', () => {
      it('cancels queued and leased jobs, and leaves settled ones and other epochs unaffected', async () => {
        const [queued, held, proven, rejected] = [
          await recorded(),
          await recorded(),
          await recorded(),
          await recorded(),
        ];
        const elsewhere = await recorded(aNewJob('PARITY_BASE', { epochId: epochId(8) }));
        await leased(held.id);
        await jobs.markProven(proofOf(proven));
        await jobs.fail(await leased(rejected.id), 'time-out', 'took 3 hours');
        expect(await jobs.cancelEpoch(epochIdOf(queued.id), 'window closed')).toBe(2);
        for (const job of [queued, held]) {
          const cancelled = await found(job.id);
          expect(cancelled).toMatchObject({
            state: 'cancelled',
            reason: 'window closed',
            settledAtMs: harness.nowMs(),
          });
          expect(cancelled).not.toHaveProperty('lease');
        }
        expect((await found(proven.id)).state).toBe('proven');
        expect((await found(rejected.id)).state).toBe('rejected');
        expect((await found(elsewhere.id)).state).toBe('queued');
      });

      it('leaves the jobs of the named ranges', async () => {
        const old = await recorded();
        const current = await recorded(aNewJob('PARITY_BASE', { rangeId: RangeId.parse('0xb2') }));
        const taken = await recorded();
        await jobs.record({ ...taken, rangeId: RangeId.parse('0xb2') });
        const other = await recorded(aNewJob('PARITY_BASE', { rangeId: RangeId.parse('0xc3') }));
        expect(await jobs.cancelEpoch(epochIdOf(old.id), 'reorged away', current.rangeId, other.rangeId)).toBe(1);
        expect((await found(old.id)).state).toBe('cancelled');
        expect((await found(current.id)).state).toBe('queued');
        expect((await found(taken.id)).state).toBe('queued');
        expect((await found(other.id)).state).toBe('queued');
      });
    });

    describe('rejecting a job', () => {
      it('rejects one that is queued, with the reason, and it is no longer stranded', async () => {
        const job = await recorded();
        expect(await jobs.reject(job.id, 'its message is a dead letter')).toBe('rejected');
        expect(await found(job.id)).toMatchObject({
          state: 'rejected',
          reason: 'its message is a dead letter',
          settledAtMs: harness.nowMs(),
        });
        expect(await jobs.claim(job.id, ALICE, LEASE_SECONDS)).toEqual({ outcome: 'settled', state: 'rejected' });
        await harness.elapse(1_000_000);
        expect(await jobs.strandedJobs(0)).toEqual([]);
      });

      it('rejects one whose agent is lost, and keeps that agent from extending its lease', async () => {
        const job = await recorded();
        const lease = await leased(job.id);
        await harness.elapse(LEASE_SECONDS);
        expect(await jobs.reject(job.id, 'its message is a dead letter')).toBe('rejected');
        expect(await found(job.id)).not.toHaveProperty('lease');
        await expect(jobs.extend(lease, LEASE_SECONDS)).rejects.toBeInstanceOf(JobLeaseLostError);
      });

      it('leaves one unaffected that an agent holds', async () => {
        const job = await recorded();
        const lease = await leased(job.id);
        await harness.elapse(LEASE_SECONDS - 1);
        expect(await jobs.reject(job.id, 'its message is a dead letter')).toBe('held');
        expect(await found(job.id)).toMatchObject({ state: 'leased', lease: grantOf(lease) });
      });

      it('leaves one unaffected that is proven, rejected or cancelled', async () => {
        const [proven, rejected, cancelled] = [await recorded(), await recorded(), await recorded()];
        await jobs.markProven(proofOf(proven));
        await jobs.reject(rejected.id, 'the first reason');
        await jobs.cancelEpoch(epochIdOf(cancelled.id), 'window closed');
        for (const { id } of [proven, rejected, cancelled]) {
          const before = await found(id);
          await harness.elapse(1);
          expect(await jobs.reject(id, 'another reason')).toBe('settled');
          expect(await found(id)).toEqual(before);
        }
      });

      it('reports one unknown that was never recorded, and records nothing', async () => {
        const { id } = aNewJob();
        expect(await jobs.reject(id, 'its message is a dead letter')).toBe('unknown');
        expect(await jobs.find(id)).toBeUndefined();
      });
    });

    describe('reviving a job', () => {
      it('queues a rejected one with a fresh budget, in need of a message', async () => {
        const job = await recorded();
        await jobs.markEnqueued([job.id]);
        await jobs.fail(await leased(job.id), 'failure', 'bb exited with 1');
        await jobs.fail(await leased(job.id), 'time-out', 'took 3 hours');
        expect(await jobs.revive(job.id)).toBe(true);
        const revived = await found(job.id);
        expect(revived).toMatchObject({ state: 'queued', attempts: { failure: 0, 'time-out': 0 } });
        for (const field of ['enqueuedAtMs', 'settledAtMs', 'reason', 'lease', 'failedBy'])
          expect(revived).not.toHaveProperty(field);
        expect((await jobs.strandedJobs(60)).map(({ id }) => id)).toEqual([job.id]);
      });

      it('gives it out under a lease that is newer than every one before', async () => {
        const job = await recorded();
        const before = await leased(job.id);
        await jobs.fail(before, 'time-out', 'took 3 hours');
        await jobs.revive(job.id);
        expect((await leased(job.id)).token).toBeGreaterThan(before.token);
        await expect(jobs.extend(before, LEASE_SECONDS)).rejects.toBeInstanceOf(JobLeaseLostError);
      });

      it('leaves one unaffected that is not rejected or was never recorded', async () => {
        const [cancelled, proven] = [await recorded(), await recorded()];
        await jobs.markProven(proofOf(proven));
        await jobs.cancelEpoch(epochIdOf(cancelled.id), 'window closed');
        const [queued, held] = [await recorded(), await recorded()];
        await leased(held.id);
        for (const { id } of [queued, held, proven, cancelled]) {
          const before = await found(id);
          expect(await jobs.revive(id)).toBe(false);
          expect(await found(id)).toEqual(before);
        }
        const { id } = aNewJob();
        expect(await jobs.revive(id)).toBe(false);
        expect(await jobs.find(id)).toBeUndefined();
      });
    });

    it('leaves the jobs of another rollup alone whose epoch has the same number', async () => {
      const other = epochId(7, makeRollupId(1, `0x${'bb'.repeat(20)}`));
      const [open, rejected, ofOther] = [
        await recorded(),
        await recorded(),
        await recorded(aNewJob('PARITY_BASE', { epochId: other })),
      ];
      await jobs.fail(await leased(rejected.id), 'time-out', 'took 3 hours');
      expect((await jobs.jobsOfEpoch(other)).map(({ id, epoch }) => [id, epoch])).toEqual([[ofOther.id, 7]]);
      expect(await jobs.openJobs(other)).toEqual([{ id: ofOther.id, corruptInputs: 0 }]);
      expect(await jobs.reviveRejected(other, rejected.rangeId)).toBe(0);
      expect(await jobs.cancelEpoch(other, 'window closed')).toBe(1);
      expect(await found(open.id)).toMatchObject({ state: 'queued' });
      expect(await found(rejected.id)).toMatchObject({ state: 'rejected' });
    });

    it('keeps jobs that an earlier version asked for, whose epoch has no rollup, and their edges', async () => {
      const numbered = epochIdWithoutRollup(EpochNumber.parse(7));
      const child = await recorded(aNewJob('PARITY_BASE', { epochId: numbered }));
      const elsewhere = aNewJob('PARITY_BASE');
      const parent = await recorded(aNewJob('PARITY_ROOT', { epochId: numbered, children: [child.id, elsewhere.id] }));
      await jobs.markProven(proofOf(child));
      expect(await found(child.id)).toMatchObject({ epoch: 7, state: 'proven', proof: proofOf(child).proof });
      expect(await found(parent.id)).toMatchObject({ epoch: 7, children: [child.id, elsewhere.id] });
      expect(await jobs.jobsOfEpoch(numbered)).toHaveLength(2);
      expect(await jobs.jobsOfEpoch(epochId(7))).toEqual([]);
    });

    it('revives the rejected jobs of a range with a fresh budget, in need of a message', async () => {
      const job = await recorded();
      const proven = await recorded();
      const elsewhere = await recorded(aNewJob('PARITY_BASE', { epochId: epochId(8) }));
      const ofOtherRange = await recorded(aNewJob('PARITY_BASE', { rangeId: RangeId.parse('0xother') }));
      await jobs.markEnqueued([job.id]);
      for (const { id } of [job, elsewhere, ofOtherRange])
        await jobs.fail(await leased(id), 'time-out', 'took 3 hours');
      await jobs.markProven(proofOf(proven));
      expect(await jobs.reviveRejected(epochIdOf(job.id), job.rangeId)).toBe(1);
      const revived = await found(job.id);
      expect(revived).toMatchObject({ state: 'queued', attempts: { 'time-out': 0 } });
      expect(revived).not.toHaveProperty('enqueuedAtMs');
      expect(revived).not.toHaveProperty('settledAtMs');
      expect(revived).not.toHaveProperty('failedBy');
      expect((await found(proven.id)).state).toBe('proven');
      expect((await found(elsewhere.id)).state).toBe('rejected');
      expect((await found(ofOtherRange.id)).state).toBe('rejected');
    });

    it('reopens a proven job whose proof is lost, in need of a message, and can have it proven anew', async () => {
      const job = await recorded();
      await jobs.markEnqueued([job.id]);
      await jobs.markProven({ ...proofOf(job, ALICE, 'lost'), speedClass: speedClassOf(4) });
      await jobs.reopen(await found(job.id), 'the store has lost it');
      const reopened = await found(job.id);
      expect(reopened).toMatchObject({ state: 'queued', reason: 'the store has lost it' });
      for (const field of [
        'proof',
        'provenBy',
        'provingMs',
        'speedClass',
        'claimedAtMs',
        'settledAtMs',
        'enqueuedAtMs',
      ]) {
        expect(reopened).not.toHaveProperty(field);
      }
      const anew = proofOf(job, BOB, 'anew');
      expect(await jobs.markProven(anew)).toBe('proven');
      expect((await found(job.id)).proof).toEqual(anew.proof);
    });

    it('reopens only proven jobs', async () => {
      const [held, cancelled] = [await recorded(), await recorded()];
      await jobs.cancelEpoch(epochIdOf(cancelled.id), 'window closed');
      await jobs.record(held);
      await leased(held.id);
      for (const job of [held, cancelled]) {
        const before = await found(job.id);
        await jobs.reopen(await found(job.id), 'by mistake');
        expect(await found(job.id)).toEqual(before);
      }
    });

    it('does not reopen a job that was proven anew since it was seen', async () => {
      const job = await recorded();
      await jobs.markProven(proofOf(job));
      const seen = await found(job.id);
      await harness.elapse(1);
      await jobs.reopen(seen, 'seen by another node');
      await jobs.reopen(await found(job.id), 'seen while it is queued');
      await jobs.markProven(proofOf(job, BOB, 'anew'));
      await jobs.reopen(seen, 'seen by this node');
      expect(await found(job.id)).toMatchObject({ state: 'proven', provenBy: BOB });
    });

    describe('open jobs', () => {
      const open = async (): Promise<readonly OpenJob[]> =>
        (await jobs.openJobs(epochId(7))).toSorted((a, b) => (a.id < b.id ? -1 : 1));

      it('are those of the epoch that wait or are leased', async () => {
        const [waiting, held, proven, rejected] = [
          await recorded(),
          await recorded(),
          await recorded(),
          await recorded(),
        ];
        await recorded(aNewJob('PARITY_BASE', { epochId: epochId(70) }));
        await jobs.markEnqueued([waiting.id]);
        await leased(held.id);
        await jobs.markProven(proofOf(proven));
        await jobs.fail(await leased(rejected.id), 'time-out', 'took 3 hours');
        const expected = [waiting.id, held.id].toSorted().map((id) => ({ id, corruptInputs: 0 }));
        expect(await open()).toEqual(expected);
        await jobs.cancelEpoch(epochId(7), 'window closed');
        expect(await open()).toEqual([]);
      });

      it('have the number of agents that could not read the inputs', async () => {
        const job = await recorded();
        await jobs.fail(await leased(job.id), 'failure', 'bb exited with 1');
        await jobs.fail(await leased(job.id), 'corrupt-inputs', 'sha256 differs');
        expect(await open()).toEqual([{ id: job.id, corruptInputs: 1 }]);
      });

      it('are open again once they are reopened', async () => {
        const job = await recorded();
        await jobs.markProven(proofOf(job));
        await jobs.reopen(await found(job.id), 'the store has lost it');
        expect(await open()).toEqual([{ id: job.id, corruptInputs: 0 }]);
      });
    });

    describe('stranded jobs', () => {
      const stranded = async (olderThanSeconds: number): Promise<string[]> =>
        (await jobs.strandedJobs(olderThanSeconds)).map((job) => job.id);

      it('are those never enqueued, at once', async () => {
        const job = await recorded();
        expect(await stranded(60)).toEqual([job.id]);
      });

      it('are those enqueued too long ago and still queued', async () => {
        const [job, recent] = [await recorded(), await recorded()];
        await jobs.markEnqueued([job.id]);
        expect((await found(job.id)).enqueuedAtMs).toBe(harness.nowMs());
        await harness.elapse(40);
        await jobs.markEnqueued([recent.id]);
        expect(await stranded(60)).toEqual([]);
        await harness.elapse(21);
        expect(await stranded(60)).toEqual([job.id]);
        await jobs.markEnqueued([job.id]);
        expect(await stranded(60)).toEqual([]);
      });

      it('are those whose agent was lost too long ago', async () => {
        const job = await recorded();
        await jobs.markEnqueued([job.id]);
        await leased(job.id);
        await harness.elapse(LEASE_SECONDS + 59);
        expect(await stranded(60)).toEqual([]);
        await harness.elapse(2);
        expect(await stranded(60)).toEqual([job.id]);
      });

      it('are never those whose agent goes on extending its lease', async () => {
        const job = await recorded();
        const lease = await leased(job.id);
        await harness.elapse(LEASE_SECONDS - 1);
        await jobs.extend(lease, LEASE_SECONDS);
        await harness.elapse(LEASE_SECONDS - 1);
        expect(await stranded(0)).toEqual([]);
        await harness.elapse(2);
        expect(await stranded(0)).toEqual([job.id]);
      });

      it('are never those that an agent holds or that are settled', async () => {
        const [held, proven, rejected, cancelled] = [
          await recorded(),
          await recorded(),
          await recorded(),
          await recorded(aNewJob('PARITY_BASE', { epochId: epochId(8) })),
        ];
        await jobs.markProven(proofOf(proven));
        await jobs.fail(await leased(rejected.id), 'time-out', 'took 3 hours');
        await jobs.cancelEpoch(epochIdOf(cancelled.id), 'window closed');
        await harness.elapse(1_000_000);
        await leased(held.id);
        expect(await stranded(0)).toEqual([]);
      });
    });
  });
}

/** A lease without its end, which is another Unix time once the clock was set. */
function grantOf({ expiresAtMs: _end, ...grant }: JobLease): Omit<JobLease, 'expiresAtMs'> {
  return grant;
}
