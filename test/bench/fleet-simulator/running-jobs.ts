import type { RunningJob } from '../../../functions/scale-fleet/decide/stragglers.ts';
import { AgentId, type JobLease, type JobRecord } from '../../../shared/ledger/job-ledger.ts';
import { epochId } from '../../fixtures/epoch-id.ts';
import { makeProvingJobId, Sha256 } from '../../../shared/proving-job/proving-job-id.ts';
import { DURATIONS } from './epoch-loads.ts';
import { CIRCUITS } from './simulated-circuits.ts';
import type { SimulatedJob } from './simulated-job.ts';
import type { FleetView } from './rules/scaling-rule.ts';

/** A job that has not run for longer than this many times its mean is none that the scaler copies. */
const LEAST_OVERRUN = 1.5;

/** The jobs that may get a second copy, as the ledger would have them. */
export function runningJobs({ epochs, nowSeconds }: FleetView): ReadonlyMap<SimulatedJob, RunningJob> {
  const running = new Map<SimulatedJob, RunningJob>();
  for (const { plan, provingJobs } of epochs) {
    // A copy is as slow as the first attempt where the job is slow and not the machine.
    if (plan.firstFactor === undefined) continue;
    for (const job of provingJobs) {
      const circuit = CIRCUITS[job.circuit]!;
      const { mean, p95 } = DURATIONS[plan.networkVersion].secondsOf(circuit);
      if (nowSeconds - job.startedAtSeconds <= LEAST_OVERRUN * mean) continue;
      running.set(job, {
        record: recordOf(job, nowSeconds),
        p95Seconds: p95,
        aboveSeconds: job.secondsToRoot - mean,
        deadlineAtMs: plan.deadlineAtSeconds * 1000,
      });
    }
  }
  return running;
}

/** What of its record the scaler's decision reads. */
function recordOf(job: SimulatedJob, nowSeconds: number): JobRecord {
  const { run, index, circuit, pool, startedAtSeconds, copyAskedAtSeconds, agents } = job;
  const id = makeProvingJobId(
    epochId(run.plan.epoch),
    CIRCUITS[circuit]!,
    Sha256.parse(index.toString(16).padStart(64, '0')),
  );
  const lease: JobLease = {
    jobId: id,
    agentId: AgentId.parse('simulated'),
    token: 1,
    claimedAtMs: startedAtSeconds * 1000,
    expiresAtMs: (nowSeconds + 60) * 1000,
  };
  const record: Partial<JobRecord> = {
    id,
    circuit: CIRCUITS[circuit]!,
    pool,
    state: 'leased',
    lease,
    enqueuedAtMs: nowSeconds * 1000,
    ...(copyAskedAtSeconds !== undefined && { copyAskedAtMs: copyAskedAtSeconds * 1000 }),
    ...(agents.size > 1 && { straggler: lease }),
  };
  return record as JobRecord;
}
