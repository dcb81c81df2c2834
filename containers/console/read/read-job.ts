import {
  AttemptCause,
  type JobLease,
  type JobRecord,
  leaseAt,
  stragglerAt,
} from '../../../shared/ledger/job-ledger.ts';
import { UsualTimes } from '../../../shared/merge-tree/prediction/usual-times.ts';
import { Trace } from '../../../shared/merge-tree/progress/trace.ts';
import { levelOf } from '../../../shared/proving-job/circuit-catalogue.ts';
import { epochIdOf } from '../../../shared/proving-job/proving-job-id.ts';
import { findEpoch } from '../../fleet-view/find-epoch.ts';
import { findJob } from '../../fleet-view/find-job.ts';
import type { JobStory, Relative } from '../api/job.ts';
import type { ConsoleDeps } from './console-deps.ts';
import { jobsAgeMs } from './read-ages.ts';

/**
 * What became of a job.
 * @param prefix matches `JOB_PREFIX`
 * @throws {EpochUnknownError}
 * @throws {JobUnknownError}
 */
export async function readJob({ engine, ages, nowMs }: ConsoleDeps, prefix: string): Promise<JobStory> {
  const atMs = nowMs();
  const job = await findJob(engine, prefix);
  const { epoch, name } = await findEpoch(engine.epochs, epochIdOf(job.id));
  const jobs = await engine.jobs.jobsOfEpoch(epoch.id);
  const trace = new Trace(jobs, job.rangeId);
  const { attempts, failedBy = {}, state } = job;
  return {
    atMs,
    goodForMs: jobsAgeMs(ages, jobs.length),
    jobId: job.id,
    epochId: epoch.id,
    epochName: name,
    circuit: job.circuit,
    level: levelOf(job.circuit),
    pool: job.pool,
    lane: job.lane,
    networkVersion: job.networkVersion,
    state,
    recordedAtMs: job.recordedAtMs,
    enqueuedAtMs: job.enqueuedAtMs,
    claimedAtMs: job.claimedAtMs,
    settledAtMs: job.settledAtMs,
    provenBy: job.provenBy,
    provingMs: job.provingMs,
    usualSeconds: new UsualTimes(job.networkVersion, jobs).of(job.circuit, job.pool).meanSeconds,
    lease: toLease(leaseAt(job, atMs)),
    straggler: state === 'leased' ? toLease(stragglerAt(job, atMs)) : undefined,
    copyAskedAtMs: job.copyAskedAtMs,
    lostAttempts: AttemptCause.options
      .filter((cause) => attempts[cause] > 0)
      .map((cause) => ({ cause, attempts: attempts[cause], agentIds: failedBy[cause] ?? [] })),
    reason: job.reason,
    inputsBytes: job.inputs.sizeBytes,
    proofBytes: job.proof?.sizeBytes,
    children: trace.childrenOf(job).map(toRelative),
    above: trace.pathToRoot(job.id).slice(1).map(toRelative),
  };
}

function toLease(lease: JobLease | undefined): JobStory['lease'] {
  return lease && { agentId: lease.agentId, claimedAtMs: lease.claimedAtMs, expiresAtMs: lease.expiresAtMs };
}

function toRelative({ id, circuit, state }: JobRecord): Relative {
  return { jobId: id, circuit, state };
}
