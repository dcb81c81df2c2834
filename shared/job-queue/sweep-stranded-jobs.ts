import type { EpochLedger } from '../ledger/epoch-ledger.ts';
import { needOfEpoch } from '../ledger/epoch-needs.ts';
import type { JobLedger } from '../ledger/job-ledger.ts';
import type { EpochId } from '../proving-job/epoch-id.ts';
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
    const closed = await cancelInClosedEpochs(new Set(stranded.map(({ id }) => epochIdOf(id))), deps);
    const wanted = stranded.filter(({ id }) => !closed.has(epochIdOf(id)));
    await sendJobs(wanted, { jobs, queue });
    sent += wanted.length;
  }
  if (sent > 0) log.info({ jobs: sent }, 'sent messages again for jobs that may have had none');
  return sent;
}

/** An epoch that is closed has no open job: what a crash or a late request left there is cancelled. Returns these epochs. */
async function cancelInClosedEpochs(
  epochIds: ReadonlySet<EpochId>,
  { epochs, jobs, nowMs, log }: SweepDeps,
): Promise<ReadonlySet<EpochId>> {
  const closed = new Set<EpochId>();
  for (const epochId of epochIds) {
    const record = await epochs.find(epochId);
    const need = record && needOfEpoch(record, nowMs());
    if (need !== 'nothing' && need !== 'closing') continue;
    closed.add(epochId);
    const cancelled = await jobs.cancelEpoch(epochId, 'its epoch is closed');
    log.warn({ epochId, cancelled }, 'cancelled jobs of an epoch that is closed');
  }
  return closed;
}
