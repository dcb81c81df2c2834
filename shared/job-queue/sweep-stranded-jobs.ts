import type { EpochLedger } from '../ledger/epoch-ledger.ts';
import { needOfEpoch } from '../ledger/epoch-needs.ts';
import type { JobLedger, JobRecord } from '../ledger/job-ledger.ts';
import { isStreamed, STREAMED_RANGE } from '../ledger/streamed-epoch.ts';
import { epochIdOf } from '../proving-job/proving-job-id.ts';
import type { Logger } from '../telemetry/logger.ts';
import { sendJobs, type SendDeps } from './send-jobs.ts';

export interface SweepDeps extends SendDeps {
  readonly jobs: Pick<JobLedger, 'strandedJobs' | 'markEnqueued' | 'cancelEpoch'>;
  readonly epochs: Pick<EpochLedger, 'find'>;
  /** A job without news for this long gets a new message, in seconds. A needless message does no harm: claims decide. */
  readonly strandedSeconds: number;
  readonly nowMs: () => number;
  readonly log: Logger;
}

/** Jobs that a sweep holds at a time: their records take some megabytes. */
const SWEPT_AT_ONCE = 2_000;

/**
 * Sends messages for jobs of all open epochs that may have none, and returns how many. Two sweeps at once may send a job two
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
export async function sweepStrandedJobs(deps: SweepDeps): Promise<number> {
  const { jobs, queue, strandedSeconds, log } = deps;
  let sent = 0;
  for (let isLast = false; !isLast;) {
    const stranded = await jobs.strandedJobs(strandedSeconds, SWEPT_AT_ONCE);
    isLast = stranded.length < SWEPT_AT_ONCE;
    const wanted = await cancelUnwanted(stranded, deps);
    await sendJobs(wanted, { jobs, queue });
    sent += wanted.length;
  }
  if (sent > 0) log.info({ jobs: sent }, 'sent messages again for jobs that may have had none');
  return sent;
}

/**
 * An epoch that is closed has no open job: what a crash or a late request left there is cancelled. One that a native node has
 * closed keeps the jobs of official nodes until its window closes: they prove it for a share of the reward that is their own.
 * @returns the jobs that need a message
 */
async function cancelUnwanted(
  stranded: readonly JobRecord[],
  { epochs, jobs, nowMs, log }: SweepDeps,
): Promise<readonly JobRecord[]> {
  const wanted: JobRecord[] = [];
  for (const [epochId, ofEpoch] of Map.groupBy(stranded, ({ id }) => epochIdOf(id))) {
    const record = await epochs.find(epochId);
    const need = record && needOfEpoch(record, nowMs());
    if (record === undefined || need === 'proofs' || need === 'mining') {
      wanted.push(...ofEpoch);
      continue;
    }
    const kept = isStreamed(record) || nowMs() >= record.deadlineAtMs ? [] : [STREAMED_RANGE];
    wanted.push(...ofEpoch.filter(({ rangeId }) => kept.includes(rangeId)));
    const cancelled = await jobs.cancelEpoch(epochId, 'its epoch is closed', ...kept);
    if (cancelled > 0) log.warn({ epochId, cancelled }, 'cancelled jobs of an epoch that is closed');
  }
  return wanted;
}
