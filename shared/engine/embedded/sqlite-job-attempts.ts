import {
  type AgentId,
  type AttemptCause,
  isSpent,
  type JobLease,
  type JobRecord,
  stragglerAt,
} from '../../ledger/job-ledger.ts';
import type { Pool } from '../../proving-job/circuit-family.ts';
import type { ProvingJobId } from '../../proving-job/proving-job-id.ts';
import { latestEndMs } from './machine-clock.ts';
import type { SqliteDatabase } from './sqlite-database.ts';

export const CLEAR_LEASE =
  'lease_agent_id = null, lease_claimed_at_ms = null, lease_expires_steady_ms = null, copy_asked_at_ms = null';
export const CLEAR_LEASES = `${CLEAR_LEASE}, straggler = null`;

export interface LostAttempt {
  readonly cause: AttemptCause;
  readonly reason: string;
  readonly movesTo?: Pool | undefined;
  /** The agent that reported the failure; one that was lost reports none. */
  readonly failedOn?: AgentId;
  /** What the job may lose to this cause. */
  readonly budget: number;
  readonly nowMs: number;
}

/**
 * Charges a lost attempt to its cause, unless that would reject a job that a straggler may still prove. Runs in a
 * transaction that has read `job`.
 */
export function endAttempt(
  database: SqliteDatabase,
  job: JobRecord,
  { cause, reason, movesTo, failedOn, budget, nowMs }: LostAttempt,
): 'queued' | 'rejected' {
  const attempts = { ...job.attempts, [cause]: job.attempts[cause] + 1 };
  const failedBy = failedOn === undefined ? job.failedBy : withAgent(job.failedBy, cause, failedOn);
  const isLast =
    failedOn === undefined ? attempts[cause] >= budget : isSpent(attempts[cause], failedBy?.[cause] ?? [], budget);
  const state = isLast && stragglerAt(job, nowMs) === undefined ? 'rejected' : 'queued';
  const after = isLast && state === 'queued' ? job : { attempts, failedBy };
  database.run(
    `update jobs set state = ?, attempts = ?, failed_by = ?, reason = ?, settled_at_ms = ?,
       ${state === 'rejected' ? CLEAR_LEASES : CLEAR_LEASE} where id = ?`,
    state,
    JSON.stringify(after.attempts),
    after.failedBy === undefined ? null : JSON.stringify(after.failedBy),
    reason,
    state === 'rejected' ? nowMs : null,
    job.id,
  );
  if (!isLast && movesTo !== undefined) {
    database.run('update jobs set pool = ?, enqueued_at_ms = null where id = ?', movesTo, job.id);
  }
  return state;
}

function withAgent(failedBy: JobRecord['failedBy'], cause: AttemptCause, agentId: AgentId): JobRecord['failedBy'] {
  return { ...failedBy, [cause]: [...new Set([...(failedBy?.[cause] ?? []), agentId])] };
}

/** Queues the job so that another agent begins its second copy, beside the attempt under its lease. Runs in a transaction. */
export function makeStraggler(database: SqliteDatabase, jobId: ProvingJobId): void {
  database.run(
    `update jobs set state = 'queued', ${CLEAR_LEASE},
       straggler = json_object('jobId', id, 'agentId', lease_agent_id, 'token', lease_token,
         'claimedAtMs', lease_claimed_at_ms, 'expiresAtMs', lease_expires_steady_ms)
     where id = ?`,
    jobId,
  );
}

/** Shortens leases of the job that end later than any that was given since the machine's start. Runs in a transaction. */
export function shortenLeftovers(
  database: SqliteDatabase,
  jobId: ProvingJobId,
  steadyMs: number,
  leaseMs: number,
): void {
  const ends = [steadyMs + leaseMs, jobId, latestEndMs(steadyMs, leaseMs)] as const;
  database.run('update jobs set lease_expires_steady_ms = ? where id = ? and lease_expires_steady_ms > ?', ...ends);
  database.run(
    `update jobs set straggler = json_set(straggler, '$.expiresAtMs', ?) where id = ? and straggler ->> 'expiresAtMs' > ?`,
    ...ends,
  );
}

/** Returns whether the lease was that of the job's straggler. */
export function dropStraggler(database: SqliteDatabase, { jobId, token }: JobLease): boolean {
  const dropped = `update jobs set straggler = null where id = ? and straggler ->> 'token' = ?`;
  return database.run(dropped, jobId, token) > 0;
}
