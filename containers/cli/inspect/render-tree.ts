import type { EpochRecord } from '../../../shared/ledger/epoch-ledger.ts';
import type { JobRecord } from '../../../shared/ledger/job-ledger.ts';
import { tallyOf } from '../../../shared/ledger/job-tally.ts';
import { isBinary } from '../../../shared/proving-job/epoch-shape.ts';
import { progressOf, type JobCounts } from '../../../shared/merge-tree/progress/progress.ts';
import { Trace } from '../../../shared/merge-tree/progress/trace.ts';
import type { CircuitName } from '../../../shared/proving-job/circuit-catalogue.ts';
import type { RollupId } from '../../../shared/proving-job/epoch-id.ts';
import { describeRange } from '../../epoch-view/describe-epoch.ts';
import { formatDuration } from '../../terminal/format-duration.ts';
import { formatTime } from '../../terminal/format-time.ts';
import { type Line, toned } from '../../terminal/line.ts';
import { alignColumns } from '../../terminal/align-columns.ts';
import { agentOf, attemptsOf, TONE_OF_JOB } from './describe-job.ts';
import { restLines } from './list-limit.ts';
import { ofRollup } from './of-rollup.ts';
import { type NameJob, shortJobIds, wholeJobIds } from './short-job-ids.ts';
import { TONE_OF_EPOCH } from './render-status.ts';

export interface EpochTree {
  readonly epoch: EpochRecord;
  /** The epoch's, where it has to be named. */
  readonly rollup?: RollupId | undefined;
  /** Every recorded job of the epoch, including those of ranges that a reorg removed. */
  readonly jobs: readonly JobRecord[];
  readonly atMs: number;
}

export interface RenderTreeOptions {
  /** @default any */
  readonly columns?: number;
  /** The most jobs to print. @default all */
  readonly limit?: number;
}

/** The merge tree of an epoch by level, from the root down, and its lost attempts. */
export function renderLevels(tree: EpochTree, options: RenderTreeOptions = {}): Line[] {
  const { epoch, jobs, atMs } = tree;
  const progress = progressOf(epoch.shape, tallyOf(jobs, epoch.rangeId), atMs);
  const ownJobs = jobs.filter(({ rangeId }) => rangeId === epoch.rangeId);
  const rows: Line[] = [
    [
      '',
      ...['done', 'of', 'running', 'waiting', 'rejected'].map((title) => toned('dim', title)),
      toned('dim', 'proving time'),
    ],
    ...progress.levels
      .toReversed()
      .flatMap(({ level, circuits, ...counts }) => [
        [toned('strong', level), ...countCells(counts), ''],
        ...circuits.map((count): Line => [`  ${count.circuit}`, ...countCells(count), timeOf(count.circuit, ownJobs)]),
      ]),
    [toned('strong', progress.isSoFar ? 'total so far' : 'total'), ...countCells(progress), ''],
  ];
  return [
    ...headLines(tree, ownJobs.length),
    [],
    ...alignColumns(rows, options),
    ...troubleLines(ownJobs, nameJobsOf(tree, options), options),
  ];
}

/** Every job of the epoch's tree below the one that takes its proof, with who proved it, when, and how long it took. */
export function renderJobs(tree: EpochTree, options: RenderTreeOptions = {}): Line[] {
  const { epoch, jobs } = tree;
  const { columns = Infinity, limit = Infinity } = options;
  const nameJob = nameJobsOf(tree, options);
  const trace = new Trace(jobs, epoch.rangeId);
  const rows: Line[] = [];
  const given = new Set<JobRecord>();
  const addBelow = (job: JobRecord, depth: number): void => {
    const isRepeat = given.has(job);
    given.add(job);
    rows.push(jobCells(job, depth, isRepeat, nameJob(job)));
    if (!isRepeat) trace.childrenOf(job).forEach((child) => addBelow(child, depth + 1));
  };
  // Until the root is requested, the tree is in pieces.
  const tops = [...trace.jobs.values()].filter(({ id }) => trace.parentsOf(id).length === 0);
  tops.toReversed().forEach((top) => addBelow(top, 0));
  return [
    ...headLines(tree, trace.jobs.size),
    [],
    ...alignColumns(rows.slice(0, limit), { columns, spare: [4, 6] }),
    ...restLines(rows.length, limit),
  ];
}

function nameJobsOf({ jobs, rollup }: EpochTree, { columns = Infinity }: RenderTreeOptions): NameJob {
  return columns === Infinity ? wholeJobIds(rollup) : shortJobIds(jobs, rollup);
}

function headLines({ epoch, rollup, jobs }: EpochTree, ownJobs: number): Line[] {
  const { state, attempt, networkVersion } = epoch;
  const foreign = jobs.length - ownJobs;
  return [
    [
      toned('strong', `Epoch ${epoch.epoch}`),
      ...ofRollup(rollup),
      `: ${state}, ${describeRange(epoch)}, attempt ${attempt}, ${epoch.shape !== undefined && isBinary(epoch.shape) ? '' : 'Aztec '}${networkVersion}`,
    ],
    ...(epoch.transactionHash === undefined ? [] : [[`proven by transaction ${epoch.transactionHash}`]]),
    ...(epoch.reason === undefined ? [] : [[toned(TONE_OF_EPOCH[state], epoch.reason)]]),
    ...(foreign === 0
      ? []
      : [
          [
            toned(
              'dim',
              `left out: ${foreign} ${foreign === 1 ? 'job' : 'jobs'} whose checkpoints were removed by a reorg`,
            ),
          ],
        ]),
  ];
}

function countCells({ done, expected, running, waiting, rejected }: JobCounts): Line {
  return [
    toned(done >= expected ? 'good' : 'dim', String(done)),
    String(expected),
    running > 0 ? toned('busy', String(running)) : '-',
    waiting > 0 ? String(waiting) : '-',
    rejected > 0 ? toned('bad', String(rejected)) : '-',
  ];
}

/** The mean, and the longest where it differs. */
function timeOf(circuit: CircuitName, jobs: readonly JobRecord[]): string {
  const times = jobs.filter((job) => job.circuit === circuit).flatMap(({ provingMs }) => provingMs ?? []);
  if (times.length === 0) return '';
  const mean = formatDuration(times.reduce((sum, time) => sum + time, 0) / times.length);
  const longest = formatDuration(Math.max(...times));
  return mean === longest ? mean : `${mean} (up to ${longest})`;
}

function troubleLines(
  jobs: readonly JobRecord[],
  nameJob: NameJob,
  { columns = Infinity, limit = Infinity }: RenderTreeOptions,
): Line[] {
  const troubled = jobs.filter((job) => job.state === 'rejected' || attemptsOf(job) !== '');
  if (troubled.length === 0) return [];
  return [
    [],
    [toned('strong', 'Lost attempts')],
    ...alignColumns(
      troubled
        .slice(0, limit)
        .map((job): Line => [
          `  ${nameJob(job)}`,
          toned(TONE_OF_JOB[job.state], job.state),
          attemptsOf(job),
          job.reason ?? '',
        ]),
      { columns },
    ),
    ...restLines(troubled.length, limit),
  ];
}

function jobCells(job: JobRecord, depth: number, isRepeat: boolean, id: string): Line {
  const name = `${'  '.repeat(depth)}${job.circuit}`;
  if (isRepeat) return [name, toned('dim', 'see above'), '', '', '', toned('dim', id)];
  const agent = agentOf(job);
  return [
    name,
    toned(TONE_OF_JOB[job.state], job.state),
    agent === undefined ? '' : `by ${agent}`,
    job.provingMs === undefined ? '' : `in ${formatDuration(job.provingMs)}`,
    job.settledAtMs === undefined ? '' : `at ${formatTime(job.settledAtMs)}`,
    toned('dim', id),
    attemptsOf(job),
  ];
}
