import { type JobRecord, stragglerAt } from '../../../shared/ledger/job-ledger.ts';
import type { EpochId } from '../../../shared/proving-job/epoch-id.ts';
import { nameEpoch } from '../../../shared/proving-job/name-epoch.ts';
import { epochIdOf } from '../../../shared/proving-job/proving-job-id.ts';
import type { ScalingPolicy, WantedCopy } from './fleet-state.ts';

/** A job that one or two agents are proving. */
export interface RunningJob {
  readonly record: JobRecord;
  /** One in twenty jobs of its circuit takes longer. */
  readonly p95Seconds: number;
  /** The longest chain of jobs that must follow it. */
  readonly aboveSeconds: number;
  /** When its epoch's proof must be mined. */
  readonly deadlineAtMs: number;
}

/** The message for a copy is sent again when no agent has taken it within this time. */
const SEND_AGAIN_SECONDS = 120;

/**
 * The second copies that no agent has started: those already requested, and those to request now.
 *
 * A job gets one when it has run for longer than `copyOverrun` times what nearly all jobs of its circuit take, and could
 * delay the epoch: if it were started again now, the root would use up part of the margin before the deadline. Jobs with the
 * least slack come first, and at most `mostCopies` are under way at once, so that a slow day does not double the fleet.
 * @param knownEpochs where they belong to more than one rollup, reasons name each epoch by its id
 */
export function wantedCopies(
  running: readonly RunningJob[],
  { copyOverrun, mostCopies, marginSeconds, submissionSeconds }: ScalingPolicy,
  nowMs: number,
  knownEpochs: readonly EpochId[] = [],
): WantedCopy[] {
  const asked = running.filter(({ record }) => record.copyAskedAtMs !== undefined);
  const copied = running.filter(({ record }) => stragglerAt(record, nowMs) !== undefined);
  const slackOf = ({ deadlineAtMs, p95Seconds, aboveSeconds }: RunningJob): number =>
    (deadlineAtMs - nowMs) / 1000 - submissionSeconds - p95Seconds - aboveSeconds;
  const slow = running
    .filter((job) => !asked.includes(job) && !copied.includes(job) && nowMs < job.deadlineAtMs)
    .filter((job) => runsForSeconds(job, nowMs) > copyOverrun * job.p95Seconds && slackOf(job) < marginSeconds)
    .toSorted((a, b) => slackOf(a) - slackOf(b))
    .slice(0, Math.max(0, mostCopies - asked.length - copied.length));
  return [
    ...asked.map((job): WantedCopy => ({
      ...copyOf(job, nowMs, knownEpochs),
      step: isSent(job, nowMs) ? 'wait' : 'send',
    })),
    ...slow.map((job): WantedCopy => ({ ...copyOf(job, nowMs, knownEpochs), step: 'ask' })),
  ];
}

function copyOf(job: RunningJob, nowMs: number, known: readonly EpochId[]): Pick<WantedCopy, 'record' | 'reason'> {
  const { record, p95Seconds } = job;
  const times = `${Math.round(runsForSeconds(job, nowMs))} s (most take at most ${Math.round(p95Seconds)} s)`;
  return {
    record,
    reason: `epoch ${nameEpoch(epochIdOf(record.id), known)} gets a second copy of ${record.circuit}, which has been running for ${times}`,
  };
}

function runsForSeconds({ record: { lease } }: RunningJob, nowMs: number): number {
  return lease === undefined ? 0 : (nowMs - lease.claimedAtMs) / 1000;
}

/** The run that requested the copy may have been cut off before it sent the message. */
function isSent({ record: { copyAskedAtMs = 0, enqueuedAtMs = 0 } }: RunningJob, nowMs: number): boolean {
  return enqueuedAtMs >= copyAskedAtMs && nowMs - enqueuedAtMs < SEND_AGAIN_SECONDS * 1000;
}
