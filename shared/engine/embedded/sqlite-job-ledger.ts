import type { SqliteDatabase } from './sqlite-database.ts';
import type { CircuitName } from '../../proving-job/circuit-catalogue.ts';
import { Pool } from '../../proving-job/circuit-family.ts';
import type { EpochId } from '../../proving-job/epoch-id.ts';
import { epochIdOf, type ProvingJobId } from '../../proving-job/proving-job-id.ts';
import { JobLeaseLostError } from '../../ledger/errors.ts';
import {
  type AgentId,
  type AttemptBudgets,
  type AttemptCause,
  type ClaimAnswer,
  type JobLease,
  type JobLedger,
  type JobRecord,
  type JobTally,
  keptReason,
  type NewJob,
  NO_ATTEMPTS,
  type OpenJob,
  type ProofReport,
  type RangeId,
} from '../../ledger/job-ledger.ts';
import { inPortions } from '../../retry/in-portions.ts';
import { UnreadableRecords } from '../unreadable-records.ts';
import { findJob, parseJobRow } from './job-row.ts';
import { type MachineClock, readClock, toUnixMs } from './machine-clock.ts';
import { CLEAR_LEASE, CLEAR_LEASES, dropStraggler, endAttempt } from './sqlite-job-attempts.ts';
import { claimJob } from './sqlite-job-claim.ts';
import { IS_OPEN, openPortions, readOpenJobs, readStrandedJobs } from './sqlite-open-jobs.ts';
import { readRejectedJobs } from './sqlite-rejected-jobs.ts';
import { tallyJobs } from './sqlite-job-tally.ts';

const NO_ATTEMPTS_TEXT = JSON.stringify(NO_ATTEMPTS);
const REVIVED_AT_ONCE = 500;

const CLEAR_PROOF = 'proof = null, proven_by = null, proving_ms = null, claimed_at_ms = null';
/** Queued again and marked as in need of a message: the sweeper sends one if the caller dies before it does. */
const QUEUE_ANEW = `state = 'queued', enqueued_at_ms = null, settled_at_ms = null`;
const FRESH_BUDGET = 'attempts = ?, failed_by = null, reason = null';

export interface SqliteJobLedgerOptions {
  readonly budgets: AttemptBudgets;
  /** How long agents claim jobs for, in seconds. */
  readonly leaseSeconds: number;
  readonly clock: MachineClock;
  readonly unreadable?: UnreadableRecords;
}

/**
 * A {@link JobLedger} in the engine's SQLite file. Each arrow of the state machine is one statement, or one
 * transaction that holds the write lock while it reads and decides.
 *
 * `lease_token` counts a job's claims and is never reset, so a holder is not taken for an earlier one.
 */
export class SqliteJobLedger implements JobLedger {
  readonly #database: SqliteDatabase;
  readonly #budgets: AttemptBudgets;
  readonly #leaseMs: number;
  readonly #clock: MachineClock;
  readonly #unreadable: UnreadableRecords;

  constructor(database: SqliteDatabase, options: SqliteJobLedgerOptions) {
    const { budgets, leaseSeconds, clock, unreadable = new UnreadableRecords() } = options;
    this.#database = database;
    this.#budgets = budgets;
    this.#leaseMs = Math.round(leaseSeconds * 1000);
    this.#clock = clock;
    this.#unreadable = unreadable;
  }

  async record(job: NewJob): Promise<JobRecord> {
    const at = readClock(this.#clock);
    const row = this.#database.get(
      `insert into jobs (id, epoch_id, range_id, circuit, pool, lane, network_version, inputs, wire_type, children, state, attempts, recorded_at_ms)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?)
       on conflict (id) do update set
         range_id = excluded.range_id,
         state = iif(state = 'cancelled', 'queued', state),
         enqueued_at_ms = iif(state = 'cancelled', null, enqueued_at_ms),
         settled_at_ms = iif(state = 'cancelled', null, settled_at_ms),
         reason = iif(state = 'cancelled', null, reason)
       returning *`,
      job.id,
      epochIdOf(job.id),
      job.rangeId,
      job.circuit,
      job.pool,
      job.lane,
      job.networkVersion,
      JSON.stringify({ ...job.inputs, uri: job.inputsUri }),
      job.wireType ?? null,
      JSON.stringify(job.children),
      NO_ATTEMPTS_TEXT,
      at.nowMs,
    );
    if (row === undefined) throw new Error(`the ledger returned no row for proving job ${job.id}`);
    return parseJobRow(row, at);
  }

  async markEnqueued(jobIds: readonly ProvingJobId[]): Promise<void> {
    const at = readClock(this.#clock);
    this.#database.run(
      'update jobs set enqueued_at_ms = ?, enqueued_steady_ms = ? where id in (select value from json_each(?))',
      at.nowMs,
      at.steadyMs,
      JSON.stringify(jobIds),
    );
  }

  async find(jobId: ProvingJobId): Promise<JobRecord | undefined> {
    return this.#find(jobId);
  }

  async jobsOfEpoch(epochId: EpochId): Promise<readonly JobRecord[]> {
    const at = readClock(this.#clock);
    return this.#database
      .all('select * from jobs where epoch_id = ? order by sequence', epochId)
      .map((row) => parseJobRow(row, at));
  }

  async tally(epochId: EpochId, rangeId: RangeId): Promise<JobTally> {
    return tallyJobs(this.#database, epochId, rangeId, readClock(this.#clock));
  }

  async someProven(
    epochId: EpochId,
    rangeId: RangeId,
    circuit: CircuitName,
    most: number,
  ): Promise<readonly JobRecord[]> {
    const at = readClock(this.#clock);
    return this.#database
      .all(
        `select * from jobs where epoch_id = ? and range_id = ? and state = 'proven' and circuit = ? limit ?`,
        epochId,
        rangeId,
        circuit,
        most,
      )
      .map((row) => parseJobRow(row, at));
  }

  async openJobs(epochId: EpochId): Promise<readonly OpenJob[]> {
    return await readOpenJobs(this.#database, epochId);
  }

  async rejectedJobs(epochId: EpochId, rangeId: RangeId): Promise<readonly JobRecord[]> {
    return await readRejectedJobs(this.#database, { epochId, rangeId, clock: this.#clock });
  }

  async claim(
    jobId: ProvingJobId,
    agentId: AgentId,
    leaseSeconds: number,
    pools: readonly Pool[] = Pool.options,
  ): Promise<ClaimAnswer> {
    return claimJob(this.#database, {
      jobId,
      agentId,
      leaseSeconds,
      pools,
      budgets: this.#budgets,
      clock: this.#clock,
    });
  }

  async askForCopy({ jobId, token }: JobLease): Promise<boolean> {
    const { nowMs, steadyMs } = readClock(this.#clock);
    const asked = this.#database.run(
      `update jobs set copy_asked_at_ms = ?1
       where id = ?2 and state = 'leased' and lease_token = ?3 and lease_expires_steady_ms > ?4
         and copy_asked_at_ms is null and coalesce(straggler ->> 'expiresAtMs', 0) <= ?4`,
      nowMs,
      jobId,
      token,
      steadyMs,
    );
    return asked > 0;
  }

  async extend(lease: JobLease, leaseSeconds: number): Promise<JobLease> {
    const at = readClock(this.#clock);
    const expiresSteadyMs = at.steadyMs + Math.round(leaseSeconds * 1000);
    const changed =
      this.#database.run(
        `update jobs set lease_expires_steady_ms = ? where id = ? and state = 'leased' and lease_token = ?`,
        expiresSteadyMs,
        lease.jobId,
        lease.token,
      ) ||
      this.#database.run(
        `update jobs set straggler = json_set(straggler, '$.expiresAtMs', ?) where id = ? and straggler ->> 'token' = ?`,
        expiresSteadyMs,
        lease.jobId,
        lease.token,
      );
    if (changed === 0) throw new JobLeaseLostError(lease.jobId);
    return { ...lease, expiresAtMs: toUnixMs(expiresSteadyMs, at) };
  }

  async markProven(report: ProofReport): Promise<'proven' | 'already-settled'> {
    const changed = this.#database.run(
      `update jobs set state = 'proven', proof = ?, proven_by = ?, proving_ms = ?, claimed_at_ms = ?,
         settled_at_ms = ?, reason = null, ${CLEAR_LEASES}
       where id = ? and state <> 'proven'`,
      JSON.stringify({ ...report.proof, speedClass: report.speedClass }),
      report.agentId,
      report.provingMs,
      report.claimedAtMs,
      this.#clock.nowMs(),
      report.jobId,
    );
    if (changed === 1) return 'proven';
    if (this.#find(report.jobId) === undefined) throw new Error(`the ledger does not know proving job ${report.jobId}`);
    return 'already-settled';
  }

  async fail(lease: JobLease, cause: AttemptCause, reason: string, movesTo?: Pool): Promise<'queued' | 'rejected'> {
    return this.#database.immediate(() => {
      const at = readClock(this.#clock);
      const job = findJob(this.#database, lease.jobId, at);
      if (job?.lease?.token === lease.token) {
        const failure = {
          cause,
          reason: keptReason(reason),
          movesTo,
          failedOn: lease.agentId,
          budget: this.#budgets[cause],
          nowMs: at.nowMs,
        };
        return endAttempt(this.#database, job, failure);
      }
      if (dropStraggler(this.#database, lease)) return 'queued';
      throw new JobLeaseLostError(lease.jobId);
    });
  }

  async release(lease: JobLease): Promise<void> {
    const released = this.#database.run(
      `update jobs set state = 'queued', ${CLEAR_LEASE} where id = ? and state = 'leased' and lease_token = ?`,
      lease.jobId,
      lease.token,
    );
    if (released === 0) dropStraggler(this.#database, lease);
  }

  async cancel(jobId: ProvingJobId, reason: string): Promise<boolean> {
    const cancelled = this.#database.run(
      `update jobs set state = 'cancelled', settled_at_ms = ?, reason = ?, ${CLEAR_LEASES} where id = ? and ${IS_OPEN}`,
      this.#clock.nowMs(),
      keptReason(reason),
      jobId,
    );
    return cancelled > 0;
  }

  async cancelEpoch(epochId: EpochId, reason: string, ...exceptRangeIds: RangeId[]): Promise<number> {
    let cancelled = 0;
    for await (const { after, last } of openPortions(this.#database, epochId)) {
      cancelled += this.#database.run(
        `update jobs set state = 'cancelled', settled_at_ms = ?, reason = ?, ${CLEAR_LEASES}
         where epoch_id = ?3 and ${IS_OPEN} and sequence > ?4 and sequence <= ?5
           and range_id not in (select value from json_each(?6))`,
        this.#clock.nowMs(),
        keptReason(reason),
        epochId,
        after,
        last,
        JSON.stringify(exceptRangeIds),
      );
    }
    return cancelled;
  }

  async reviveRejected(epochId: EpochId, rangeId: RangeId): Promise<number> {
    let revived = 0;
    for await (const portion of inPortions(await this.rejectedJobs(epochId, rangeId), REVIVED_AT_ONCE)) {
      revived += this.#database.run(
        `update jobs set ${QUEUE_ANEW}, ${FRESH_BUDGET}
         where id in (select value from json_each(?)) and state = 'rejected'`,
        NO_ATTEMPTS_TEXT,
        JSON.stringify(portion.map(({ id }) => id)),
      );
    }
    return revived;
  }

  async revive(jobId: ProvingJobId): Promise<boolean> {
    const revived = this.#database.run(
      `update jobs set ${QUEUE_ANEW}, ${FRESH_BUDGET} where id = ? and state = 'rejected'`,
      NO_ATTEMPTS_TEXT,
      jobId,
    );
    return revived > 0;
  }

  async reject(jobId: ProvingJobId, reason: string): Promise<'rejected' | 'held' | 'settled' | 'unknown'> {
    const at = readClock(this.#clock);
    const rejected = this.#database.run(
      `update jobs set state = 'rejected', reason = ?1, settled_at_ms = ?2, ${CLEAR_LEASES}
       where id = ?3 and (state = 'queued' or (state = 'leased' and lease_expires_steady_ms <= ?4))
         and coalesce(straggler ->> 'expiresAtMs', 0) <= ?4`,
      keptReason(reason),
      at.nowMs,
      jobId,
      at.steadyMs,
    );
    if (rejected > 0) return 'rejected';
    const job = findJob(this.#database, jobId, at);
    if (job === undefined) return 'unknown';
    return job.state === 'leased' || job.state === 'queued' ? 'held' : 'settled';
  }

  async reopen({ id, settledAtMs }: Pick<JobRecord, 'id' | 'settledAtMs'>, reason: string): Promise<void> {
    this.#database.run(
      `update jobs set ${QUEUE_ANEW}, ${CLEAR_PROOF}, reason = ? where id = ? and state = 'proven' and settled_at_ms = ?`,
      keptReason(reason),
      id,
      settledAtMs ?? null,
    );
  }

  async strandedJobs(olderThanSeconds: number, most = Infinity): Promise<readonly JobRecord[]> {
    return await readStrandedJobs(this.#database, {
      olderThanSeconds,
      most,
      leaseMs: this.#leaseMs,
      clock: this.#clock,
      unreadable: this.#unreadable,
    });
  }

  #find(jobId: ProvingJobId): JobRecord | undefined {
    return findJob(this.#database, jobId, readClock(this.#clock));
  }
}
