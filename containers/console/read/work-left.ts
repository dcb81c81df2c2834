import type { JobRecord } from '../../../shared/ledger/job-ledger.ts';
import type { CircuitName } from '../../../shared/proving-job/circuit-catalogue.ts';
import type { EpochJobs } from '../api/epoch-jobs.ts';

export interface WorkLeftInput {
  /** Of the epoch's range. */
  readonly jobs: readonly Pick<JobRecord, 'circuit' | 'state' | 'recordedAtMs' | 'settledAtMs'>[];
  /** How many jobs the tree has of each circuit; `undefined` if it is not known beforehand: jobs then count once they are recorded. */
  readonly expected: ReadonlyMap<CircuitName, number> | undefined;
  readonly usualSeconds: (circuit: CircuitName) => number;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Points of the plot: as many as a phone can show. */
const POINTS = 120;

/** How much proving was left at evenly spaced moments, in seconds of one agent. */
export function workLeft({ jobs, expected, usualSeconds, fromMs, untilMs }: WorkLeftInput): EpochJobs['workLeft'] {
  const changes = new Float64Array(POINTS);
  const change = (atMs: number, seconds: number): void => {
    const place = Math.ceil(((atMs - fromMs) / Math.max(1, untilMs - fromMs)) * (POINTS - 1));
    const at = Math.min(POINTS - 1, Math.max(0, place));
    changes[at] = (changes[at] as number) + seconds;
  };
  for (const [circuit, count] of expected ?? []) change(fromMs, count * usualSeconds(circuit));
  for (const { circuit, state, recordedAtMs, settledAtMs } of jobs) {
    if (state === 'cancelled') continue;
    if (expected === undefined) change(recordedAtMs, usualSeconds(circuit));
    if (state === 'proven' && settledAtMs !== undefined) change(settledAtMs, -usualSeconds(circuit));
  }
  const seconds: number[] = [];
  let left = 0;
  for (const each of changes) {
    left += each;
    // A tree may have more jobs than were expected of it.
    seconds.push(Math.max(0, left));
  }
  return { atMs: seconds.map((_, place) => Math.round(fromMs + ((untilMs - fromMs) * place) / (POINTS - 1))), seconds };
}
