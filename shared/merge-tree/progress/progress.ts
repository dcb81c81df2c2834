import { z } from 'zod';

import { type CircuitTally, type JobTally, leaseAt } from '../../ledger/job-ledger.ts';
import { jobsIn } from '../../ledger/job-tally.ts';
import {
  CIRCUIT_CATALOGUE,
  type CircuitName,
  isNative,
  levelOf,
  levelsOf,
  NativeCircuit,
} from '../../proving-job/circuit-catalogue.ts';
import type { EpochShape } from '../../proving-job/epoch-shape.ts';
import { expectedCounts } from '../expected/expected-counts.ts';

const Count = z.number().int().nonnegative();

/** Jobs by state: `expected` and `unexpected` together are the sum of the rest. */
export const JobCounts = z.object({
  /** Of an epoch that streams, the jobs so far. */
  expected: Count,
  /** Proven. */
  done: Count,
  /** An agent holds a lease that has not ended. */
  running: Count,
  /** Queued, or its agent was lost and another may take it. */
  waiting: Count,
  rejected: Count,
  /** The node has not asked for it yet, or it was cancelled and would be asked for again. */
  notAsked: Count,
  /** More records than the tree has jobs: the shape or the range of the records is not the epoch's. */
  unexpected: Count,
});
export type JobCounts = Readonly<z.infer<typeof JobCounts>>;

export interface LevelProgress extends JobCounts {
  /** One of those of the tree's family, or an unknown circuit. */
  readonly level: string;
  readonly circuits: readonly (JobCounts & { readonly circuit: CircuitName })[];
}

export interface Progress extends JobCounts {
  /** Nobody knows the tree beforehand: there may be more jobs than those so far. */
  readonly isSoFar: boolean;
  /** Share of the expected jobs that is done, 0 to 1. */
  readonly shareDone: number;
  /** Bottom to top; levels that the epoch does not have are left out. */
  readonly levels: readonly LevelProgress[];
}

/**
 * Compares an epoch's jobs, as they are at that time, with the tree they should become.
 * @param shape `undefined` for an epoch that streams: the jobs so far are all that is expected
 */
export function progressOf(shape: EpochShape | undefined, tally: JobTally, nowMs: number): Progress {
  const expected = shape && expectedCounts(shape);
  const expectedOf = (circuit: CircuitName): number => {
    if (expected === undefined) return jobsIn(tally.get(circuit) ?? NONE);
    return isNative(circuit) ? expected.byCircuit[circuit].distinct : 0;
  };
  const circuits = [...new Set<CircuitName>([...NativeCircuit.options, ...tally.keys()])]
    .filter((circuit) => expectedOf(circuit) > 0 || tally.has(circuit))
    .map((circuit) => ({ circuit, ...countsOf(expectedOf(circuit), tally.get(circuit), nowMs) }));
  const known = levelsOf(expected === undefined ? 'aztec' : CIRCUIT_CATALOGUE[expected.root].family);
  const unknown = circuits.map(({ circuit }) => levelOf(circuit)).filter((level) => !known.includes(level));
  const levels = [...known.slice(0, -1), ...new Set(unknown), ...known.slice(-1)].map((level) => {
    const ofLevel = circuits.filter(({ circuit }) => levelOf(circuit) === level);
    return { level, ...sumOf(ofLevel), circuits: ofLevel };
  });
  const totals = sumOf(circuits);
  return {
    ...totals,
    isSoFar: expected === undefined,
    shareDone:
      circuits.reduce((sum, count) => sum + Math.min(count.done, count.expected), 0) / Math.max(1, totals.expected),
    levels: levels.filter((level) => level.circuits.length > 0),
  };
}

const NONE: CircuitTally = { proven: 0, rejected: 0, queued: new Map(), leased: [] };

function countsOf(
  expected: number,
  { proven: done, rejected, queued, leased }: CircuitTally = NONE,
  nowMs: number,
): JobCounts {
  const running = leased.filter((job) => leaseAt(job, nowMs) !== undefined).length;
  const waiting = leased.length - running + queued.values().reduce((sum, jobs) => sum + jobs, 0);
  const asked = done + running + waiting + rejected;
  return {
    expected,
    done,
    running,
    waiting,
    rejected,
    notAsked: Math.max(0, expected - asked),
    unexpected: Math.max(0, asked - expected),
  };
}

function sumOf(counts: readonly JobCounts[]): JobCounts {
  const total = (key: keyof JobCounts): number => counts.reduce((sum, count) => sum + count[key], 0);
  return {
    expected: total('expected'),
    done: total('done'),
    running: total('running'),
    waiting: total('waiting'),
    rejected: total('rejected'),
    notAsked: total('notAsked'),
    unexpected: total('unexpected'),
  };
}
