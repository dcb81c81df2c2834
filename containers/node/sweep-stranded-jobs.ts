import { setTimeout as sleep } from 'node:timers/promises';

import type { JobQueue } from '../../shared/job-queue/job-queue.ts';
import type { JobLedger } from '../../shared/ledger/job-ledger.ts';
import { JOB_MESSAGE_VERSION } from '../../shared/proving-job/job-message.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';

export interface SweepDeps {
  readonly jobs: Pick<JobLedger, 'strandedJobs' | 'markEnqueued'>;
  readonly queue: Pick<JobQueue, 'enqueue'>;
  /** A job without news for this long gets a new message, in seconds. One too many does no harm: claims decide. */
  readonly strandedSeconds: number;
  readonly log: Logger;
}

/** Sends messages for jobs that may have none: a crash came between record and message, or the message was lost. Answers how many. */
export async function sweepStrandedJobs({ jobs, queue, strandedSeconds, log }: SweepDeps): Promise<number> {
  const stranded = await jobs.strandedJobs(strandedSeconds);
  if (stranded.length === 0) return 0;
  await queue.enqueue(
    stranded.map(({ id, circuit, networkVersion }) => ({ v: JOB_MESSAGE_VERSION, jobId: id, circuit, networkVersion })),
  );
  await jobs.markEnqueued(stranded.map(({ id }) => id));
  log.info({ jobs: stranded.length }, 'sent messages again for jobs that may have had none');
  return stranded.length;
}

/** Sweeps at an interval until `signal` aborts. */
export async function runSweeper(deps: SweepDeps, intervalMs: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await sweepStrandedJobs(deps);
    } catch (error) {
      deps.log.warn({ err: error }, 'could not sweep for stranded jobs, trying again');
    }
    await sleep(intervalMs, undefined, { signal }).catch(() => undefined);
  }
}
