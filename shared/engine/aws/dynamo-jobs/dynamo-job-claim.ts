import type { Pool } from '../../../proving-job/circuit-family.ts';
import type { ProvingJobId } from '../../../proving-job/proving-job-id.ts';
import { rejectLost, shorten, take, takeBeside, takeOver } from './dynamo-job-updates.ts';
import { type JobUpdate, newWriteId, updateJob } from './dynamo-job-writes.ts';
import { type DynamoTable, jobKey } from '../dynamo/dynamo-table.ts';
import { LedgerBusyError } from '../../../ledger/errors.ts';
import {
  type AgentId,
  type AttemptBudgets,
  type ClaimAnswer,
  type JobLease,
  type JobRecord,
  stragglerAt,
} from '../../../ledger/job-ledger.ts';

export interface ClaimRules {
  /** The job is claimed only while it is in one of them. */
  readonly pools: readonly Pool[];
  readonly budgets: AttemptBudgets;
  readonly nowMs: () => number;
}

/** Tries to change a job that others change at the same time: each failed try means that another's change succeeded. */
export const MAX_TRIES = 10;

/**
 * Takes the job for the agent: one write if it is queued, two if an agent was lost or a copy was requested.
 *
 * A lease ends by the reader's clock, so clocks have to agree to within a fraction of a lease. If one does not (it was set
 * back, or the holder's is ahead), a lease could last for as long as they differ. Therefore a lease that ends more than two
 * lease times from now is shortened to one. A live agent extends it again with its next heartbeat and loses nothing; the
 * lease of a lost agent ends.
 *
 * @throws {LedgerBusyError} after {@link MAX_TRIES} tries
 */
export async function claimJob(
  table: DynamoTable,
  jobId: ProvingJobId,
  agentId: AgentId,
  leaseSeconds: number,
  rules: ClaimRules,
): Promise<ClaimAnswer> {
  const writeId = newWriteId();
  const leaseMs = Math.round(leaseSeconds * 1000);
  const newLease = (nowMs: number): Parameters<typeof take>[0] => ({ agentId, nowMs, endMs: nowMs + leaseMs, writeId });
  let change = take(newLease(rules.nowMs()), rules.pools);
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const { job } = await updateJob(table, jobId, change);
    if (job === undefined) return { outcome: 'unknown' };
    const { record } = job;
    const { lease, state } = record;
    const nowMs = rules.nowMs();
    const isElsewhere = !rules.pools.includes(record.pool);
    const isOwnStraggler = stragglerAt(record, nowMs)?.agentId === agentId;
    if (lease === undefined) {
      if (state !== 'queued') return { outcome: 'settled', state };
      if (isElsewhere) return { outcome: 'moved', job: record };
      if (isOwnStraggler) return { outcome: 'left-to-others' };
      change = take(newLease(nowMs), rules.pools);
    } else if (job.writeId === writeId) {
      // By this write, or by an earlier try of it whose response was lost.
      return { outcome: 'claimed', lease, job: record };
    } else if (lease.expiresAtMs > nowMs && record.copyAskedAtMs !== undefined && !isElsewhere) {
      if (lease.agentId === agentId) return { outcome: 'left-to-others' };
      change = takeBeside(lease, newLease(nowMs));
    } else if (lease.expiresAtMs <= nowMs) {
      if (isElsewhere) return { outcome: 'moved', job: record };
      if (isOwnStraggler) return { outcome: 'left-to-others' };
      change = succeed(record, lease, newLease(nowMs), rules.budgets);
    } else if (lease.expiresAtMs > nowMs + 2 * leaseMs) {
      change = shorten(lease, nowMs + leaseMs);
    } else {
      return { outcome: 'held', expiresAtMs: lease.expiresAtMs };
    }
  }
  throw jobIsBusy(table, jobId);
}

function succeed(
  record: JobRecord,
  lost: JobLease,
  newLease: Parameters<typeof take>[0],
  budgets: AttemptBudgets,
): JobUpdate {
  const known = record.attempts['lost-agent'];
  if (known + 1 < budgets['lost-agent']) return takeOver(lost, known + 1, newLease);
  // The last attempt is not charged while another agent may still prove the job.
  return stragglerAt(record, newLease.nowMs) === undefined
    ? rejectLost(lost, known + 1, newLease.nowMs)
    : takeOver(lost, known, newLease);
}

/** Others changed the job during every try. Nothing was decided. */
export function jobIsBusy(table: DynamoTable, jobId: ProvingJobId): LedgerBusyError {
  const { pk, sk } = jobKey(jobId);
  return new LedgerBusyError(table.name, pk, sk, MAX_TRIES);
}
