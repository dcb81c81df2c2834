import { type AgentId, type AttemptBudgets, type ClaimAnswer, stragglerAt } from '../../ledger/job-ledger.ts';
import type { Pool } from '../../proving-job/circuit-family.ts';
import type { ProvingJobId } from '../../proving-job/proving-job-id.ts';
import { findJob, parseJobRow } from './job-row.ts';
import { type MachineClock, readClock } from './machine-clock.ts';
import type { SqliteDatabase } from './sqlite-database.ts';
import { endAttempt, makeStraggler, shortenLeftovers } from './sqlite-job-attempts.ts';

export interface Claim {
  readonly jobId: ProvingJobId;
  readonly agentId: AgentId;
  readonly leaseSeconds: number;
  readonly pools: readonly Pool[];
  readonly budgets: AttemptBudgets;
  readonly clock: MachineClock;
}

/** One statement for a `queued` job, which nearly every claim finds; a transaction for any other. */
export function claimJob(database: SqliteDatabase, claim: Claim): ClaimAnswer {
  return take(database, claim) ?? database.immediate(() => takeOver(database, claim));
}

/** Leases the job if it is `queued`, but not to the agent that goes on as its straggler. */
function take(
  database: SqliteDatabase,
  { jobId, agentId, leaseSeconds, pools, clock }: Claim,
): ClaimAnswer | undefined {
  const at = readClock(clock);
  const row = database.get(
    `update jobs set state = 'leased', lease_token = lease_token + 1, lease_agent_id = ?1, lease_claimed_at_ms = ?2,
       lease_expires_steady_ms = ?3 + ?6
     where id = ?4 and state = 'queued' and pool in (select value from json_each(?5))
       and not coalesce(straggler ->> 'agentId' = ?1 and straggler ->> 'expiresAtMs' > ?3, false) returning *`,
    agentId,
    at.nowMs,
    at.steadyMs,
    jobId,
    JSON.stringify(pools),
    Math.round(leaseSeconds * 1000),
  );
  if (row === undefined) return undefined;
  const job = parseJobRow(row, at);
  if (job.lease === undefined) throw new Error(`the ledger leased proving job ${jobId} without a lease`);
  return { outcome: 'claimed', lease: job.lease, job };
}

/** Handles a job that is not `queued`: takes it when its agent is lost or a copy was asked for. Runs in a transaction. */
function takeOver(database: SqliteDatabase, claim: Claim): ClaimAnswer {
  const { jobId, agentId, leaseSeconds, pools, budgets, clock } = claim;
  const at = readClock(clock);
  shortenLeftovers(database, jobId, at.steadyMs, Math.round(leaseSeconds * 1000));
  const job = findJob(database, jobId, at);
  if (job === undefined) return { outcome: 'unknown' };
  const isElsewhere = !pools.includes(job.pool);
  if (job.lease !== undefined && job.lease.expiresAtMs > at.nowMs) {
    if (job.copyAskedAtMs === undefined || isElsewhere) return { outcome: 'held', expiresAtMs: job.lease.expiresAtMs };
    if (job.lease.agentId === agentId) return { outcome: 'left-to-others' };
    makeStraggler(database, jobId);
  } else if (isElsewhere && (job.state === 'queued' || job.state === 'leased')) {
    return { outcome: 'moved', job };
  } else if (stragglerAt(job, at.nowMs)?.agentId === agentId) {
    return { outcome: 'left-to-others' };
  } else if (job.lease !== undefined) {
    const cause = 'lost-agent';
    const reason = `agent ${job.lease.agentId} was lost`;
    const state = endAttempt(database, job, { cause, reason, budget: budgets[cause], nowMs: at.nowMs });
    if (state === 'rejected') return { outcome: 'settled', state };
  }
  // It is `queued` now: by the lines above, or by a release since `take` failed.
  return take(database, claim) ?? { outcome: 'settled', state: job.state };
}
