import type { EpochRecord } from '../../../shared/ledger/epoch-ledger.ts';
import { JobState, type JobRecord } from '../../../shared/ledger/job-ledger.ts';
import type { RollupId } from '../../../shared/proving-job/epoch-id.ts';
import { formatDuration } from '../../terminal/format-duration.ts';
import { type Line, toned } from '../../terminal/line.ts';
import { alignColumns } from '../../terminal/align-columns.ts';
import { agentOf, attemptsOf, TONE_OF_JOB } from './describe-job.ts';
import { restLines } from './list-limit.ts';
import { ofRollup } from './of-rollup.ts';
import { shortJobIds, wholeJobIds } from './short-job-ids.ts';
import { TONE_OF_EPOCH } from './render-status.ts';

export interface JobList {
  readonly epoch: EpochRecord;
  /** The epoch's, where it has to be named. */
  readonly rollup?: RollupId | undefined;
  /** The requested ones, in the order in which the node requested them. */
  readonly jobs: readonly JobRecord[];
  /** All of the epoch. */
  readonly allJobs: readonly JobRecord[];
  /** The most to print. */
  readonly limit: number;
  readonly atMs: number;
}

/** The jobs of an epoch, one per line: its state and for how long, its agent, what went wrong. */
export function renderJobList(list: JobList, columns = Infinity): Line[] {
  const { epoch, rollup, jobs, allJobs, limit } = list;
  const nameJob = columns === Infinity ? wholeJobIds(rollup) : shortJobIds(allJobs, rollup);
  const counts = JobState.options.flatMap((state) => {
    const count = jobs.filter((job) => job.state === state).length;
    return count === 0 ? [] : [`${count} ${state}`];
  });
  const shown = jobs.length === allJobs.length ? `${jobs.length} jobs` : `${jobs.length} of ${allJobs.length} jobs`;
  const rows = jobs.slice(0, limit).map((job) => cellsOf(job, nameJob(job), list));
  return [
    [
      toned('strong', `Epoch ${epoch.epoch}`),
      ...ofRollup(rollup),
      ': ',
      toned(TONE_OF_EPOCH[epoch.state], epoch.state),
      `, ${[shown, ...counts].join(', ')}`,
    ],
    ...(rows.length === 0 ? [] : [[], ...alignColumns(rows, { columns, spare: [2, 4] })]),
    ...restLines(jobs.length, limit),
  ];
}

function cellsOf(job: JobRecord, name: string, { epoch, atMs }: JobList): Line {
  const agent = agentOf(job);
  return [
    toned(TONE_OF_JOB[job.state], job.state),
    job.circuit,
    ageOf(job, atMs),
    agent === undefined ? '' : `by ${agent}`,
    attemptsOf(job),
    toned('dim', name),
    job.reason ?? '',
    job.rangeId === epoch.rangeId ? '' : toned('dim', 'its checkpoints were removed by a reorg'),
  ];
}

/** How long it has been in its state. */
function ageOf({ state, recordedAtMs, enqueuedAtMs, lease, settledAtMs, provingMs }: JobRecord, atMs: number): string {
  switch (state) {
    case 'queued':
      return `for ${formatDuration(atMs - (enqueuedAtMs ?? recordedAtMs))}`;
    case 'leased':
      return `for ${formatDuration(atMs - (lease?.claimedAtMs ?? recordedAtMs))}`;
    case 'proven':
    case 'rejected':
    case 'cancelled': {
      const ago = `${formatDuration(atMs - (settledAtMs ?? recordedAtMs))} ago`;
      return provingMs === undefined ? ago : `${ago}, in ${formatDuration(provingMs)}`;
    }
  }
}
