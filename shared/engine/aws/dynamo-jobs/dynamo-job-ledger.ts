import type { CircuitName } from '../../../proving-job/circuit-catalogue.ts';
import { Pool } from '../../../proving-job/circuit-family.ts';
import type { EpochId } from '../../../proving-job/epoch-id.ts';
import type { ProvingJobId } from '../../../proving-job/proving-job-id.ts';
import { claimJob, jobIsBusy, MAX_TRIES } from './dynamo-job-claim.ts';
import { newJobItem, type StoredJob } from './dynamo-job-item.ts';
import { readJob, readJobsDueBefore, readJobsOfEpoch, readOpenJobs } from './dynamo-job-reads.ts';
import { readSomeProven, tallyJobs } from './dynamo-job-tally.ts';
import * as updates from './dynamo-job-updates.ts';
import { type JobUpdate, newWriteId, putNewJob, updateJob, type WriteAnswer } from './dynamo-job-writes.ts';
import type { DynamoTable } from '../dynamo/dynamo-table.ts';
import { UnreadableRecords } from '../../unreadable-records.ts';
import { JobLeaseLostError } from '../../../ledger/errors.ts';
import type {
  AgentId,
  AttemptBudgets,
  AttemptCause,
  ClaimAnswer,
  JobLease,
  JobLedger,
  JobRecord,
  JobTally,
  NewJob,
  OpenJob,
  ProofReport,
  RangeId,
} from '../../../ledger/job-ledger.ts';
import { isElsewhere } from '../../../proof-store/proof-store.ts';
import { mapBounded } from '../../../retry/map-bounded.ts';

/** Claims and heartbeats of the same process share the client's sockets. */
const WRITES_AT_ONCE = 16;

export interface DynamoJobLedgerOptions {
  readonly budgets: AttemptBudgets;
  readonly nowMs: () => number;
  /** Jobs of a partition that a tally reads; of more it only counts them. @default 100 */
  readonly fewJobs?: number;
  readonly unreadable?: UnreadableRecords;
}

/**
 * A {@link JobLedger} in the engine's DynamoDB table. Every arrow of the state machine is one conditional write of one
 * item, which returns the item when its condition fails, and costs no more then.
 *
 * | operation        | request, key or index                                         | write units          | read units     |
 * | ---------------- | ------------------------------------------------------------- | -------------------- | -------------- |
 * | record           | PutItem by key, if absent; known: UpdateItem if it differs    | 2; known 1, 2, or 3  |                |
 * | markEnqueued     | UpdateItem by key, each; leased already: another              | 3; leased 2          |                |
 * | find             | GetItem by key, strongly consistent                           |                      | 1              |
 * | jobsOfEpoch      | Query of each of 8 partitions, strongly consistent            |                      | 1 for 4 KB     |
 * | tally            | Query of each of 8 partitions; many jobs: of each circuit in each, 1 to 3 times, counted | | 0.5 for 4 KB, each time |
 * | someProven       | Query of 1 to 8 partitions, limited                           |                      | 0.5 for 4 KB   |
 * | openJobs         | Query of each of 8 partitions of index `open-jobs`            |                      | 0.5 for 4 KB   |
 * | claim            | UpdateItem by key; an agent was lost, or a copy requested: another | 3; refused 1; lost, copy 4 |     |
 * | askForCopy       | UpdateItem by key                                             | 1                    |                |
 * | extend           | UpdateItem by key; of a straggler: another                    | 1; straggler 2       |                |
 * | settle           | UpdateItem by key                                             | 2                    |                |
 * | fail             | UpdateItem by key; the budget is spent: another               | 3; spent 3           |                |
 * | release          | UpdateItem by key                                             | 3                    |                |
 * | rejectedJobs     | jobsOfEpoch, filtered                                         |                      | 1 for 4 KB     |
 * | cancelEpoch      | jobsOfEpoch, filtered; UpdateItem by key, each                | 2 each               | 1 for 4 KB     |
 * | reviveRejected   | jobsOfEpoch, filtered; UpdateItem by key, each                | 2 each               | 1 for 4 KB     |
 * | cancel, revive, reject | UpdateItem by key                                             | 2                    |                |
 * | reopen           | UpdateItem by key                                             | 2                    |                |
 * | strandedJobs     | Query of each of 8 partitions of index `open-jobs`; BatchGetItem by key, strongly consistent | | 0.5 each, 1 for a candidate |
 *
 * An item is under 1 KB, so a write of it is one unit; entering or leaving the index is one more, moving in it two. A job
 * that is recorded, enqueued, claimed and settled costs 10, and 1 for each heartbeat.
 */
export class DynamoJobLedger implements JobLedger {
  readonly #table: DynamoTable;
  readonly #budgets: AttemptBudgets;
  readonly #nowMs: () => number;
  readonly #fewJobs: number | undefined;
  readonly #unreadable: UnreadableRecords;

  constructor(table: DynamoTable, options: DynamoJobLedgerOptions) {
    this.#table = table;
    this.#fewJobs = options.fewJobs;
    this.#budgets = options.budgets;
    this.#nowMs = options.nowMs;
    this.#unreadable = options.unreadable ?? new UnreadableRecords();
  }

  async record(job: NewJob): Promise<JobRecord> {
    const nowMs = this.#nowMs();
    let answer = await putNewJob(this.#table, newJobItem(job, nowMs));
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      if (answer.job === undefined) {
        // It expired between the two requests.
        answer = await putNewJob(this.#table, newJobItem(job, nowMs));
        continue;
      }
      const { record } = answer.job;
      if (record.state === 'cancelled') {
        answer = await this.#update(job.id, updates.queueCancelled(job.id, job.rangeId, nowMs));
      } else if (record.rangeId !== job.rangeId) {
        answer = await this.#update(job.id, updates.takeOnRange(job.rangeId, nowMs));
      } else {
        return record;
      }
    }
    throw jobIsBusy(this.#table, job.id);
  }

  async markEnqueued(jobIds: readonly ProvingJobId[]): Promise<void> {
    const nowMs = this.#nowMs();
    await mapBounded([...new Set(jobIds)], WRITES_AT_ONCE, (jobId) => this.#markEnqueued(jobId, nowMs));
  }

  async find(jobId: ProvingJobId): Promise<JobRecord | undefined> {
    return (await readJob(this.#table, jobId))?.record;
  }

  async jobsOfEpoch(epochId: EpochId): Promise<readonly JobRecord[]> {
    return (await readJobsOfEpoch(this.#table, epochId)).sort(byTimeRecorded);
  }

  async tally(epochId: EpochId, rangeId: RangeId): Promise<JobTally> {
    return await tallyJobs(this.#table, epochId, rangeId, this.#fewJobs);
  }

  async someProven(
    epochId: EpochId,
    rangeId: RangeId,
    circuit: CircuitName,
    most: number,
  ): Promise<readonly JobRecord[]> {
    return await readSomeProven(this.#table, { epochId, rangeId, circuit }, most);
  }

  async openJobs(epochId: EpochId): Promise<readonly OpenJob[]> {
    return await readOpenJobs(this.#table, epochId);
  }

  async rejectedJobs(epochId: EpochId, rangeId: RangeId): Promise<readonly JobRecord[]> {
    return await readJobsOfEpoch(this.#table, epochId, '#state = :rejected AND #rangeId = :rangeId', { rangeId });
  }

  async claim(
    jobId: ProvingJobId,
    agentId: AgentId,
    leaseSeconds: number,
    pools: readonly Pool[] = Pool.options,
  ): Promise<ClaimAnswer> {
    const rules = { pools, budgets: this.#budgets, nowMs: this.#nowMs };
    return await claimJob(this.#table, jobId, agentId, leaseSeconds, rules);
  }

  async askForCopy(lease: JobLease): Promise<boolean> {
    const nowMs = this.#nowMs();
    const { written, job } = await this.#update(lease.jobId, updates.askForCopy(lease, nowMs));
    return written || job?.record.copyAskedAtMs === nowMs;
  }

  async extend(lease: JobLease, leaseSeconds: number): Promise<JobLease> {
    const expiresAtMs = this.#nowMs() + Math.round(leaseSeconds * 1000);
    let answer = await this.#update(lease.jobId, updates.extendLease(lease, expiresAtMs));
    if (isStraggler(lease, answer.job)) {
      answer = await this.#update(lease.jobId, updates.extendStraggler(lease, expiresAtMs));
    }
    if (!answer.written) throw new JobLeaseLostError(lease.jobId);
    return { ...lease, expiresAtMs };
  }

  /** The same report again returns `proven` again: the first response may have been lost. */
  async markProven(report: ProofReport): Promise<'proven' | 'already-settled'> {
    const { written, job } = await this.#update(report.jobId, updates.settleProven(report, this.#nowMs()));
    if (job === undefined) throw new Error(`the ledger does not know proving job ${report.jobId}`);
    return written || isProvenBy(job.record, report) ? 'proven' : 'already-settled';
  }

  /** A second report of the same lease's failure is not charged again, and returns the same as the first. */
  async fail(lease: JobLease, cause: AttemptCause, reason: string, movesTo?: Pool): Promise<'queued' | 'rejected'> {
    const { jobId } = lease;
    const budget = this.#budgets[cause];
    let job: StoredJob | undefined;
    if (budget > 1) {
      const answer = await this.#update(jobId, updates.queueFailed(lease, { cause, reason, movesTo }, budget));
      if (answer.written) return 'queued';
      job = answer.job;
    }
    if (budget <= 1 || job?.record.lease?.token === lease.token) {
      const answer = await this.#update(jobId, updates.rejectFailed(lease, cause, reason, this.#nowMs()));
      if (answer.written) return 'rejected';
      job = answer.job;
    }
    if (job?.failedToken !== lease.token) {
      // The lease is the straggler's, or the job must not be rejected while a straggler goes on.
      if (await this.#giveUp(lease)) return 'queued';
      throw new JobLeaseLostError(jobId);
    }
    return job.record.state === 'rejected' ? 'rejected' : 'queued';
  }

  async release(lease: JobLease): Promise<void> {
    await this.#giveUp(lease);
  }

  async cancel(jobId: ProvingJobId, reason: string): Promise<boolean> {
    const writeId = newWriteId();
    return isDone(await this.#update(jobId, updates.cancel(reason, this.#nowMs(), writeId)), writeId);
  }

  async cancelEpoch(epochId: EpochId, reason: string, ...exceptRangeIds: RangeId[]): Promise<number> {
    const writeId = newWriteId();
    const { condition, values } = updates.cancellable(exceptRangeIds);
    const jobs = await readJobsOfEpoch(this.#table, epochId, condition, values);
    return await this.#countChanged(jobs, writeId, () =>
      updates.cancel(reason, this.#nowMs(), writeId, exceptRangeIds),
    );
  }

  async reviveRejected(epochId: EpochId, rangeId: RangeId): Promise<number> {
    const writeId = newWriteId();
    const jobs = await this.rejectedJobs(epochId, rangeId);
    return await this.#countChanged(jobs, writeId, ({ id }) => updates.reviveRejected(id, writeId));
  }

  async revive(jobId: ProvingJobId): Promise<boolean> {
    const writeId = newWriteId();
    return isDone(await this.#update(jobId, updates.reviveRejected(jobId, writeId)), writeId);
  }

  async reject(jobId: ProvingJobId, reason: string): Promise<'rejected' | 'held' | 'settled' | 'unknown'> {
    const writeId = newWriteId();
    const answer = await this.#update(jobId, updates.reject(reason, this.#nowMs(), writeId));
    if (isDone(answer, writeId)) return 'rejected';
    if (answer.job === undefined) return 'unknown';
    const { state } = answer.job.record;
    return state === 'leased' || state === 'queued' ? 'held' : 'settled';
  }

  async reopen({ id, settledAtMs }: Pick<JobRecord, 'id' | 'settledAtMs'>, reason: string): Promise<void> {
    // A job that was seen open has no settlement to undo.
    if (settledAtMs !== undefined) await this.#update(id, updates.reopenProven(id, reason, settledAtMs));
  }

  async strandedJobs(olderThanSeconds: number, most = Infinity): Promise<readonly JobRecord[]> {
    const beforeMs = this.#nowMs() - olderThanSeconds * 1000;
    const jobs: JobRecord[] = [];
    for await (const page of readJobsDueBefore(this.#table, beforeMs, this.#unreadable)) {
      jobs.push(...page.filter((job) => isDueBefore(job, beforeMs)));
      if (jobs.length >= most) break;
    }
    return jobs.sort(byTimeRecorded).slice(0, most);
  }

  /** Ends the attempt at no cost. Returns whether its lease was the job's, or its straggler's. */
  async #giveUp(lease: JobLease): Promise<boolean> {
    let answer = await this.#update(lease.jobId, updates.releaseLease(lease));
    if (isStraggler(lease, answer.job)) answer = await this.#update(lease.jobId, updates.dropStraggler(lease));
    return answer.written;
  }

  async #markEnqueued(jobId: ProvingJobId, nowMs: number): Promise<void> {
    let change = updates.enqueuedWhileQueued(nowMs);
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const { written, job } = await this.#update(jobId, change);
      if (written) return;
      if (job?.record.state === 'queued') change = updates.enqueuedWhileQueued(nowMs);
      else if (job?.record.state === 'leased') change = updates.enqueuedWhileLeased(nowMs);
      else return;
    }
    throw jobIsBusy(this.#table, jobId);
  }

  async #countChanged(
    jobs: readonly JobRecord[],
    writeId: string,
    change: (job: JobRecord) => JobUpdate,
  ): Promise<number> {
    const done = await mapBounded(jobs, WRITES_AT_ONCE, async (job) =>
      isDone(await this.#update(job.id, change(job)), writeId),
    );
    return done.filter(Boolean).length;
  }

  #update(jobId: ProvingJobId, change: JobUpdate): Promise<WriteAnswer> {
    return updateJob(this.#table, jobId, change);
  }
}

/** Whether the call took effect: by this write, or by an earlier try of it whose response was lost. */
function isDone({ written, job }: WriteAnswer, writeId: string): boolean {
  return written || job?.writeId === writeId;
}

function isProvenBy(job: JobRecord, { agentId, claimedAtMs, proof }: ProofReport): boolean {
  const isSame = isElsewhere(proof) ? job.proofUri === proof.uri : job.proof?.sha256 === proof.sha256;
  return job.provenBy === agentId && job.claimedAtMs === claimedAtMs && isSame;
}

function isStraggler({ token }: JobLease, job: StoredJob | undefined): boolean {
  return job?.record.straggler?.token === token;
}

function isDueBefore({ state, enqueuedAtMs, lease }: JobRecord, timeMs: number): boolean {
  if (state === 'queued') return enqueuedAtMs === undefined || enqueuedAtMs < timeMs;
  return lease !== undefined && lease.expiresAtMs < timeMs;
}

function byTimeRecorded(a: JobRecord, b: JobRecord): number {
  return a.recordedAtMs - b.recordedAtMs || (a.id < b.id ? -1 : 1);
}
