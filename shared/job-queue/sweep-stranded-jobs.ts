import type { JobLedger } from '../ledger/job-ledger.ts';
import { pause } from '../retry/pause.ts';
import type { Logger } from '../telemetry/logger.ts';
import { sendJobs, type SendDeps } from './send-jobs.ts';

export interface SweepDeps extends SendDeps {
  readonly jobs: Pick<JobLedger, 'strandedJobs' | 'markEnqueued'>;
  /** A job without news for this long gets a new message, in seconds. A needless message does no harm: claims decide. */
  readonly strandedSeconds: number;
  readonly log: Logger;
}

/**
 * Sends messages for jobs of all epochs that may have none, and returns how many. Two sweeps at once may send a job two
 * messages, which does no harm.
 *
 * A job's way from the node to an agent can break off in four places:
 *
 * - **Its inputs are stored and it is not recorded.** Nothing refers to it, so no sweep finds it: the node asks for it again,
 *   under the same id, when it takes the epoch up again. Inputs that are not asked for again expire in the bucket.
 * - **It is recorded and not enqueued**, or its message was lost: this sends one.
 * - **It is leased and its agent is dead**: its message becomes visible again, and the next claim takes the job over. When
 *   the message is gone too, this sends one.
 * - **It was moved to a larger pool** and not enqueued there: this sends one, at once.
 */
export async function sweepStrandedJobs({ jobs, queue, strandedSeconds, log }: SweepDeps): Promise<number> {
  const stranded = await jobs.strandedJobs(strandedSeconds);
  await sendJobs(stranded, { jobs, queue });
  if (stranded.length > 0) log.info({ jobs: stranded.length }, 'sent messages again for jobs that may have had none');
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
    await pause(intervalMs, signal);
  }
}
