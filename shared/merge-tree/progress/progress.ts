import type { JobRecord, RangeId } from '../../ledger/job-ledger.ts';
import { CIRCUIT_CATALOGUE, type CircuitName, levelsOf } from '../../proving-job/circuit-catalogue.ts';
import { type ExpectedTree, rootOf } from '../expected/expected-tree.ts';

/** Jobs by state: `expected` and `unexpected` together are the sum of the rest. */
export interface JobCounts {
  readonly expected: number;
  /** Proven. */
  readonly done: number;
  /** An agent holds a lease that has not ended. */
  readonly running: number;
  /** Queued, or its agent was lost and another may take it. */
  readonly waiting: number;
  readonly rejected: number;
  /** The node has not asked for it yet, or it was cancelled and would be asked for again. */
  readonly notAsked: number;
  /** More records than the tree has jobs: the shape or the range of the records is not the epoch's. */
  readonly unexpected: number;
}

export interface LevelProgress extends JobCounts {
  /** One of those of the tree's family. */
  readonly level: string;
  readonly circuits: readonly (JobCounts & { readonly circuit: CircuitName })[];
}

export interface Progress extends JobCounts {
  /** Share of the expected jobs that is done, 0 to 1. */
  readonly shareDone: number;
  /** Bottom to top; levels that the epoch does not have are left out. */
  readonly levels: readonly LevelProgress[];
}

/** Counts an epoch's records against the tree it should become. Records of another range are ignored. */
export function progressOf(
  tree: ExpectedTree,
  records: readonly JobRecord[],
  { rangeId, nowMs }: { readonly rangeId: RangeId; readonly nowMs: number },
): Progress {
  const tallies = new Map<CircuitName, Tally>();
  const tallyOf = (circuit: CircuitName): Tally => {
    const tally = tallies.get(circuit) ?? { expected: 0, done: 0, running: 0, waiting: 0, rejected: 0, cancelled: 0 };
    tallies.set(circuit, tally);
    return tally;
  };
  for (const { circuit } of tree.jobs) tallyOf(circuit).expected += 1;
  for (const record of records) {
    if (record.rangeId === rangeId) tallyOf(record.circuit)[whatBecameOf(record, nowMs)] += 1;
  }

  const circuits = [...tallies].map(([circuit, tally]) => ({ circuit, ...toCounts(tally) }));
  const levels = levelsOf(CIRCUIT_CATALOGUE[rootOf(tree)].family).map((level) => {
    const ofLevel = circuits.filter(({ circuit }) => CIRCUIT_CATALOGUE[circuit].level === level);
    return { level, ...sumOf(ofLevel), circuits: ofLevel };
  });
  const totals = sumOf(circuits);
  return {
    ...totals,
    shareDone: circuits.reduce((sum, { done, expected }) => sum + Math.min(done, expected), 0) / totals.expected,
    levels: levels.filter((level) => level.circuits.length > 0),
  };
}

type Tally = Record<'expected' | 'done' | 'running' | 'waiting' | 'rejected' | 'cancelled', number>;

function whatBecameOf({ state, lease }: JobRecord, nowMs: number): keyof Tally {
  switch (state) {
    case 'proven':
      return 'done';
    case 'leased':
      return lease !== undefined && lease.expiresAtMs > nowMs ? 'running' : 'waiting';
    case 'queued':
      return 'waiting';
    case 'rejected':
    case 'cancelled':
      return state;
  }
}

function toCounts({ expected, done, running, waiting, rejected }: Tally): JobCounts {
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
