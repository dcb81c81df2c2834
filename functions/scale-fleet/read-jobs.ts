import type { EpochLedger, EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import type { JobLedger, JobRecord } from '../../shared/ledger/job-ledger.ts';
import { Pool } from '../../shared/proving-job/circuit-catalogue.ts';

/** The jobs of one pool that agents are needed for. */
export interface PoolJobs {
  /** Of epochs that are being proven: no agent holds them. */
  readonly waiting: number;
  /** An agent holds them, whatever became of their epoch. */
  readonly running: number;
}

export interface ReadJobsDeps {
  readonly epochs: Pick<EpochLedger, 'latest'>;
  readonly jobs: Pick<JobLedger, 'jobsOfEpoch'>;
  readonly nowMs: () => number;
}

/** More than a window of the longest kind holds. */
const LATEST_EPOCHS = 16;
/** When a window has closed for so long, and no node has said so, nobody is there who could use the proofs. */
const ABANDONED_AFTER_MS = 15 * 60_000;
/** A job that was held when its epoch ended is done with, or lost, after this. */
const ENDED_LATELY_MS = 10 * 60_000;

/** Counts jobs by pool, from the ledger: the queues' own counts are late, and know nothing of leases that have ended. */
export async function readJobs({ epochs, jobs, nowMs }: ReadJobsDeps): Promise<Readonly<Record<Pool, PoolJobs>>> {
  const atMs = nowMs();
  const live = (await epochs.latest(LATEST_EPOCHS)).filter((epoch) => mayHaveJobs(epoch, atMs));
  const counted = await Promise.all(
    live.map(async (epoch) => ({ isProving: isProving(epoch, atMs), records: await jobs.jobsOfEpoch(epoch.epoch) })),
  );
  const count = (pool: Pool): PoolJobs => {
    const ofPool = counted.map(({ isProving: isWanted, records }) => ({
      isWanted,
      records: records.filter((record) => record.pool === pool),
    }));
    return {
      waiting: sum(ofPool, ({ isWanted, records }) =>
        isWanted ? records.filter((job) => isWaiting(job, atMs)).length : 0,
      ),
      running: sum(ofPool, ({ records }) => records.filter((job) => isRunning(job, atMs)).length),
    };
  };
  return Object.fromEntries(Pool.options.map((pool) => [pool, count(pool)])) as Record<Pool, PoolJobs>;
}

function isProving({ state, deadlineAtMs }: EpochRecord, atMs: number): boolean {
  return state === 'proving' && atMs < deadlineAtMs + ABANDONED_AFTER_MS;
}

function mayHaveJobs(epoch: EpochRecord, atMs: number): boolean {
  return epoch.state === 'proving' || atMs - (epoch.closedAtMs ?? atMs) < ENDED_LATELY_MS;
}

function isRunning({ state, lease }: JobRecord, atMs: number): boolean {
  return state === 'leased' && lease !== undefined && lease.expiresAtMs > atMs;
}

function isWaiting(job: JobRecord, atMs: number): boolean {
  return job.state === 'queued' || (job.state === 'leased' && !isRunning(job, atMs));
}

function sum<T>(items: readonly T[], valueOf: (item: T) => number): number {
  return items.reduce((total, item) => total + valueOf(item), 0);
}
