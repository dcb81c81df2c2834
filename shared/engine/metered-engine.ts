import type { Engine } from './engine.ts';
import { override } from './override-port.ts';
import type { JobQueue } from '../job-queue/job-queue.ts';
import type { EpochLedger, EpochRecord } from '../ledger/epoch-ledger.ts';
import type { JobLedger } from '../ledger/job-ledger.ts';
import { circuitOf } from '../proving-job/circuit-catalogue.ts';
import { parseEpochId } from '../proving-job/epoch-id.ts';
import { parseProvingJobId, type ProvingJobId } from '../proving-job/proving-job-id.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** The engine, instrumented. Callers do not see the difference. */
export function meteredEngine<Metered extends Engine>(engine: Metered, metrics: Metrics, nowMs: () => number): Metered {
  return {
    ...engine,
    queue: meteredQueue(engine.queue, metrics),
    jobs: meteredJobs(engine.jobs, metrics, nowMs),
    epochs: meteredEpochs(engine.epochs, metrics),
    close: () => engine.close(),
  };
}

function meteredQueue(queue: JobQueue, metrics: Metrics): JobQueue {
  return override(queue, {
    async enqueue(messages, pool) {
      await queue.enqueue(messages, pool);
      for (const { jobId, circuit, networkVersion } of messages) {
        const { lane, pool: ownPool } = circuitOf(circuit, networkVersion);
        metrics.record('JobsEnqueued', 1, { pool: pool ?? ownPool, lane }, { jobId });
      }
    },
    async park(lease, reason) {
      await queue.park(lease, reason);
      metrics.record('MessagesParked', 1, {}, { jobId: lease.message.jobId, reason });
    },
  });
}

function meteredJobs(jobs: JobLedger, metrics: Metrics, nowMs: () => number): JobLedger {
  return override(jobs, {
    async markProven(report) {
      const answer = await jobs.markProven(report);
      const { circuit, properties } = aboutJob(report.jobId);
      if (answer === 'proven') {
        metrics.record('JobsProven', 1, { circuit }, properties);
        metrics.record('JobProvingSeconds', report.provingMs / 1000, { circuit }, properties);
        metrics.record('JobHeldSeconds', (nowMs() - report.claimedAtMs) / 1000, { circuit }, properties);
      } else {
        metrics.record('LateProofs', 1, { circuit }, properties);
      }
      return answer;
    },
    async fail(lease, cause, reason, movesTo) {
      const answer = await jobs.fail(lease, cause, reason, movesTo);
      const { circuit, properties } = aboutJob(lease.jobId);
      metrics.record('AttemptsLost', 1, { cause }, { ...properties, circuit });
      if (answer === 'rejected') metrics.record('JobsRejected', 1, {}, { ...properties, circuit });
      return answer;
    },
    async claim(jobId, agentId, leaseSeconds, pools) {
      const answer = await jobs.claim(jobId, agentId, leaseSeconds, pools);
      // Only this claim may have rejected it, for the agents it has cost: a job that was rejected before is claimed only
      // because of a surplus message.
      if (answer.outcome === 'settled' && answer.state === 'rejected') {
        const { circuit, properties } = aboutJob(jobId);
        metrics.record('JobsRejected', 1, {}, { ...properties, circuit });
      }
      return answer;
    },
    async reject(jobId, reason) {
      const outcome = await jobs.reject(jobId, reason);
      const { circuit, properties } = aboutJob(jobId);
      if (outcome === 'rejected') metrics.record('JobsRejected', 1, {}, { ...properties, circuit });
      return outcome;
    },
    async release(lease) {
      await jobs.release(lease);
      const { circuit, properties } = aboutJob(lease.jobId);
      metrics.record('JobsReleased', 1, { circuit }, properties);
    },
  });
}

function meteredEpochs(epochs: EpochLedger, metrics: Metrics): EpochLedger {
  return override(epochs, {
    async open(epoch) {
      const record = await epochs.open(epoch);
      metrics.record('EpochsOpened', 1, {}, aboutEpoch(record));
      return record;
    },
    async advance(id, rangeId, state, change) {
      const before = await epochs.find(id);
      const after = await epochs.advance(id, rangeId, state, change);
      if (after !== undefined && after.state !== before?.state) recordArrival(after, metrics);
      return after;
    },
  });
}

function recordArrival(epoch: EpochRecord, metrics: Metrics): void {
  const about = aboutEpoch(epoch);
  const { openedAtMs, rootAtMs, closedAtMs, deadlineAtMs } = epoch;
  switch (epoch.state) {
    case 'submitting':
      if (rootAtMs === undefined) return;
      metrics.record('EpochRootSeconds', (rootAtMs - openedAtMs) / 1000, {}, about);
      metrics.record('WindowLeftSeconds', (deadlineAtMs - rootAtMs) / 1000, {}, about);
      return;
    case 'proven':
      metrics.record('EpochsProven', 1, {}, about);
      if (closedAtMs !== undefined) {
        metrics.record('EpochProvenSeconds', (closedAtMs - openedAtMs) / 1000, {}, about);
      }
      return;
    case 'failed':
      metrics.record('EpochsFailed', 1, {}, about);
      return;
    case 'expired':
      metrics.record('EpochsExpired', 1, {}, about);
      return;
    case 'proving':
      return;
  }
}

function aboutJob(jobId: ProvingJobId): { circuit: string; properties: Record<string, string | number> } {
  const { circuit, epochId } = parseProvingJobId(jobId);
  return { circuit, properties: { jobId, epoch: parseEpochId(epochId).epoch, epochId } };
}

function aboutEpoch({ id, epoch, attempt, rangeId }: EpochRecord): Record<string, string | number> {
  return { epoch, epochId: id, attempt, rangeId };
}
