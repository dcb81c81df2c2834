import type { JobTally } from '../../ledger/job-ledger.ts';
import { type CircuitName, circuitOf, isRoot, levelOf, levelsOf } from '../../proving-job/circuit-catalogue.ts';
import { type JobAhead, openJobs, UNASKED, type WorkAhead, type WorkAheadOptions } from './work-ahead.ts';

/** Jobs of one circuit that a node is expected to ask for. */
export interface ComingJobs {
  readonly circuit: CircuitName;
  readonly count: number;
  /** They come one by one over this time, in seconds from now. */
  readonly fromSeconds: number;
  readonly untilSeconds: number;
}

const LEVELS = levelsOf('aztec');
/** The circuits whose proofs a level takes, where it does not take those of all levels below. */
const TAKEN: Readonly<Record<string, readonly string[]>> = {
  leaves: [],
  'parity roots': ['PARITY_BASE'],
  'public bases': ['PUBLIC_VM', 'PUBLIC_CHONK_VERIFIER'],
  'tx merges': ['PRIVATE_TX_BASE_ROLLUP', 'PUBLIC_TX_BASE_ROLLUP', 'TX_MERGE_ROLLUP'],
};

/** Whether jobs of the level take proofs of the circuit, which is of a lower level or, of merges, the same. */
export function takesProofsOf(level: string, circuit: CircuitName): boolean {
  return TAKEN[level]?.includes(circuit) ?? true;
}

/**
 * What is left of an epoch that streams: its open jobs, and those that are expected. Which proof goes into which job, nobody
 * knows: each level takes the proofs below it in equal parts, merges two by two.
 */
export function streamedWorkAhead(
  tally: JobTally,
  coming: readonly ComingJobs[],
  { networkVersion, nowMs }: WorkAheadOptions,
): WorkAhead {
  const jobs: JobAhead[] = [];
  const isRootDone = tally.entries().some(([circuit, { proven }]) => isRoot(circuit) && proven > 0);
  if (isRootDone) return { networkVersion, jobs };
  /** Jobs whose proofs go into no job yet. */
  let tops: readonly number[] = [];
  for (const level of levelsIn(tally, coming)) {
    const isTaken = (job: number): boolean => takesProofsOf(level, (jobs[job] as JobAhead).circuit);
    const below = tops.filter(isTaken);
    const kept = tops.filter((job) => !isTaken(job));
    const ofLevel = [...tally].filter(([circuit]) => levelOf(circuit) === level);
    const asked = ofLevel.flatMap(([circuit, counts]) => openJobs(counts, nowMs).map((job) => ({ circuit, ...job })));
    const open = asked.map((job) => jobs.push({ ...job, children: [], notBeforeSeconds: 0 }) - 1);
    const unasked = coming.filter(({ circuit }) => levelOf(circuit) === level).flatMap((kind) => spread(kind));
    const add: AddJob = (index, children) => {
      const { circuit, atSeconds } = unasked[index] as UnaskedJob;
      const { pool } = circuitOf(circuit, networkVersion);
      return jobs.push({ circuit, pool, ...UNASKED, children, notBeforeSeconds: atSeconds }) - 1;
    };
    tops = level.endsWith('merges')
      ? [...kept, ...mergePairs([...below, ...open], unasked.length, add)]
      : [...kept, ...open, ...shareOut(below, unasked.length, add)];
  }
  return { networkVersion, jobs };
}

type AddJob = (index: number, children: readonly number[]) => number;

/** A level that no version has is below all others: nothing says what needs its proofs. */
function levelsIn(tally: JobTally, coming: readonly ComingJobs[]): readonly string[] {
  const circuits = [...tally.keys(), ...coming.map(({ circuit }) => circuit)];
  const unknown = new Set(circuits.map((circuit) => levelOf(circuit)).filter((level) => !LEVELS.includes(level)));
  return [...unknown, ...LEVELS];
}

interface UnaskedJob {
  readonly circuit: CircuitName;
  readonly atSeconds: number;
}

function spread({ circuit, count, fromSeconds, untilSeconds }: ComingJobs): readonly UnaskedJob[] {
  const jobs = Math.ceil(count - 1e-6);
  const step = (untilSeconds - fromSeconds) / Math.max(1, jobs);
  return Array.from({ length: Math.max(0, jobs) }, (_, index) => ({ circuit, atSeconds: fromSeconds + index * step }));
}

/** Merges two at a time, and then their proofs. @returns what is left without a parent */
function mergePairs(tops: readonly number[], merges: number, add: AddJob): readonly number[] {
  const line = [...tops];
  let taken = 0;
  for (let merge = 0; merge < merges; merge += 1) {
    const children = line.slice(taken, taken + 2);
    taken += children.length;
    line.push(add(merge, children));
  }
  return line.slice(taken);
}

/** Gives each of the jobs an equal part of the proofs. @returns the jobs; the proofs themselves where there is no job */
function shareOut(tops: readonly number[], jobs: number, add: AddJob): readonly number[] {
  if (jobs === 0) return tops;
  return Array.from({ length: jobs }, (_, job) => {
    const [from, to] = [job, job + 1].map((part) => Math.floor((part * tops.length) / jobs));
    return add(job, tops.slice(from, to));
  });
}
