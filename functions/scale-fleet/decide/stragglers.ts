import { type JobRecord, stragglerAt } from '../../../shared/ledger/job-ledger.ts';
import type { ScalingPolicy, WantedCopy } from './fleet-state.ts';

/** A job that an agent proves, or two. */
export interface RunningJob {
  readonly record: JobRecord;
  /** One in twenty of its circuit takes longer. */
  readonly p95Seconds: number;
  /** The longest chain of jobs that must follow it. */
  readonly aboveSeconds: number;
  /** When its epoch's proof must be mined. */
  readonly deadlineAtMs: number;
}

/** A copy that was asked for has its message sent again when no agent came within this. */
const SEND_AGAIN_SECONDS = 120;

/**
 * The second copies that no agent has begun: those that were asked for, and those to ask for now.
 *
 * A job gets one when it has run for longer than `copyOverrun` times what nearly all of its kind take, and could hold up
 * the epoch: begun anew this moment, it would have the root eat into the margin before the deadline, which an epoch that
 * goes as planned keeps. Those with the least time come first, and no more than `mostCopies` are under way at once, so that
 * a slow day does not double the fleet.
 */
export function wantedCopies(
  running: readonly RunningJob[],
  { copyOverrun, mostCopies, marginSeconds, submissionSeconds }: ScalingPolicy,
  nowMs: number,
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
    ...asked.map((job): WantedCopy => ({ ...copyOf(job, nowMs), step: isSent(job, nowMs) ? 'wait' : 'send' })),
    ...slow.map((job): WantedCopy => ({ ...copyOf(job, nowMs), step: 'ask' })),
  ];
}

function copyOf(job: RunningJob, nowMs: number): Pick<WantedCopy, 'record' | 'reason'> {
  const { record, p95Seconds } = job;
  const times = `${Math.round(runsForSeconds(job, nowMs))} s where ${Math.round(p95Seconds)} s are enough for most`;
  return {
    record,
    reason: `epoch ${record.epoch} gets a second copy of ${record.circuit}, which has run for ${times}`,
  };
}

function runsForSeconds({ record: { lease } }: RunningJob, nowMs: number): number {
  return lease === undefined ? 0 : (nowMs - lease.claimedAtMs) / 1000;
}

/** Whoever asked may have been cut off before it sent the message. */
function isSent({ record: { copyAskedAtMs = 0, enqueuedAtMs = 0 } }: RunningJob, nowMs: number): boolean {
  return enqueuedAtMs >= copyAskedAtMs && nowMs - enqueuedAtMs < SEND_AGAIN_SECONDS * 1000;
}
