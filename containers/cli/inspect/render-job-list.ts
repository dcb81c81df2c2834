import type { EpochRecord } from '../../../shared/ledger/epoch-ledger.ts';
import { JobState, type JobRecord } from '../../../shared/ledger/job-ledger.ts';
import type { RollupId } from '../../../shared/proving-job/epoch-id.ts';
import { formatDuration } from '../../terminal/format-duration.ts';
import { type Line, toned } from '../../terminal/line.ts';
import { alignColumns } from '../../terminal/align-columns.ts';
import { agentOf, attemptsOf, shownId, TONE_OF_JOB } from './describe-job.ts';
import { ofRollup } from './of-rollup.ts';
import { TONE_OF_EPOCH } from './render-status.ts';

export interface JobList {
  readonly epoch: EpochRecord;
  /** The epoch's, where it has to be named. */
  readonly rollup?: RollupId | undefined;
  /** The requested ones, in the order in which the node requested them. */
  readonly jobs: readonly JobRecord[];
  /** The number of jobs of the epoch. */
  readonly allJobs: number;
  readonly atMs: number;
}

/** The jobs of an epoch, one per line: its state and for how long, its agent, what went wrong. */
export function renderJobList(list: JobList): Line[] {
  const { epoch, rollup, jobs, allJobs } = list;
  const counts = JobState.options.flatMap((state) => {
    const count = jobs.filter((job) => job.state === state).length;
    return count === 0 ? [] : [`${count} ${state}`];
  });
  const shown = jobs.length === allJobs ? `${allJobs} jobs` : `${jobs.length} of ${allJobs} jobs`;
  return [
    [
      toned('strong', `Epoch ${epoch.epoch}`),
      ...ofRollup(rollup),
      ': ',
      toned(TONE_OF_EPOCH[epoch.state], epoch.state),
      `, ${[shown, ...counts].join(', ')}`,
    ],
    ...(jobs.length === 0 ? [] : [[], ...alignColumns(jobs.map((job) => cellsOf(job, list)))]),
  ];
}

function cellsOf(job: JobRecord, { epoch, rollup, atMs }: JobList): Line {
  const agent = agentOf(job);
  return [
    toned(TONE_OF_JOB[job.state], job.state),
    job.circuit,
    ageOf(job, atMs),
    agent === undefined ? '' : `by ${agent}`,
    attemptsOf(job),
    toned('dim', shownId(job, rollup)),
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
