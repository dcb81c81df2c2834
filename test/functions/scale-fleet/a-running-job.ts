import type { RunningJob } from '../../../functions/scale-fleet/decide/stragglers.ts';
import { AgentId, type JobLease, type JobRecord, NO_ATTEMPTS } from '../../../shared/ledger/job-ledger.ts';
import { aNewJob } from '../../contract/a-new-job.ts';
import { NOW_MS } from './decide/a-fleet-state.ts';
import { EpochNumber } from '../../../shared/proving-job/epoch-id.ts';

export interface Running {
  /** Since it was claimed. */
  readonly forSeconds?: number;
  readonly p95Seconds?: number;
  readonly aboveSeconds?: number;
  readonly deadlineInSeconds?: number;
  /** When a copy was requested, and when the last message was sent. */
  readonly copyAskedSecondsAgo?: number;
  readonly sentSecondsAgo?: number;
  /** How long the lease of an earlier attempt, which is still running, lasts. */
  readonly stragglerForSeconds?: number;
}

/** A job that agent `slow` has been proving for five minutes. It should take one, and its epoch has no time to lose. */
export function aRunningJob({
  forSeconds = 300,
  p95Seconds = 60,
  aboveSeconds = 200,
  deadlineInSeconds = 600,
  copyAskedSecondsAgo,
  sentSecondsAgo = 400,
  stragglerForSeconds,
}: Running = {}): RunningJob {
  const job = aNewJob('TX_MERGE_ROLLUP');
  const lease = (agentId: string, endsInSeconds: number): JobLease => ({
    jobId: job.id,
    agentId: AgentId.parse(agentId),
    token: 1,
    claimedAtMs: NOW_MS - forSeconds * 1000,
    expiresAtMs: NOW_MS + endsInSeconds * 1000,
  });
  const record: JobRecord = {
    ...job,
    epoch: EpochNumber.parse(7),
    state: 'leased',
    attempts: NO_ATTEMPTS,
    recordedAtMs: NOW_MS - 400_000,
    enqueuedAtMs: NOW_MS - sentSecondsAgo * 1000,
    lease: lease('slow', 30),
    ...(copyAskedSecondsAgo !== undefined && { copyAskedAtMs: NOW_MS - copyAskedSecondsAgo * 1000 }),
    ...(stragglerForSeconds !== undefined && { straggler: lease('slower', stragglerForSeconds) }),
  };
  return { record, p95Seconds, aboveSeconds, deadlineAtMs: NOW_MS + deadlineInSeconds * 1000 };
}
