import { type CircuitTally, type JobRecord, type JobTally, leaseAt } from '../../ledger/job-ledger.ts';
import { type CircuitName, circuitOf } from '../../proving-job/circuit-catalogue.ts';
import type { Pool } from '../../proving-job/circuit-family.ts';

/** The jobs that are left of an epoch, children before their parents; the root is last. */
export interface WorkAhead {
  readonly networkVersion: string;
  readonly jobs: readonly JobAhead[];
}

export interface JobAhead {
  readonly circuit: CircuitName;
  readonly pool: Pool;
  /** `unasked`: the node asks for it once its children are proven. */
  readonly state: 'running' | 'waiting' | 'unasked';
  /** Indexes into `jobs` of those that are to be proven before an `unasked` one; they hold up no other. */
  readonly children: readonly number[];
  /** For how long it has been running, in seconds. */
  readonly runningSeconds: number;
  /** Of a running one: the ledger's. */
  readonly record: JobRecord | undefined;
  /** Before this, the node does not ask for it, in seconds from now: what it is about does not exist yet. */
  readonly notBeforeSeconds: number;
}

/** A job of a tree: its circuit, and the jobs below it, as indexes into the tree. */
export interface TreeJob {
  readonly circuit: CircuitName;
  readonly children: readonly number[];
}

export interface WorkAheadOptions {
  readonly networkVersion: string;
  readonly nowMs: number;
  /** How long the epoch still grows, in seconds: until then the node asks for nothing. @default 0 */
  readonly growsForSeconds?: number;
}

/**
 * What is left of a tree, by the counts of its jobs. Which of a circuit's jobs are proven, counts do not say: all below a job
 * that was asked for are, and agents take the others roughly in the order of the tree, so the first ones count as proven, the
 * next as running, and the next as waiting.
 * @param tree children before their parents; the root is last
 */
export function workAhead(
  tree: readonly TreeJob[],
  tally: JobTally,
  { networkVersion, nowMs, growsForSeconds = 0 }: WorkAheadOptions,
): WorkAhead {
  const standings = standingsIn(tree, tally, nowMs);
  /** The index in `jobs` of each job of the tree; -1 for one that is proven. */
  const places = new Int32Array(tree.length);
  const jobs: JobAhead[] = [];
  for (const [index, { circuit, children }] of tree.entries()) {
    const standing = standings[index];
    places[index] = standing === 'proven' ? -1 : jobs.length;
    if (standing === 'proven') continue;
    const left = children.map((child) => places[child] as number).filter((place) => place >= 0);
    const { pool } = standing ?? circuitOf(circuit, networkVersion);
    jobs.push({ circuit, pool, children: left, notBeforeSeconds: growsForSeconds, ...(standing ?? UNASKED) });
  }
  return { networkVersion, jobs };
}

/** A job that was asked for and is not settled. */
export type OpenJob = Pick<JobAhead, 'pool' | 'runningSeconds' | 'record'> & {
  readonly state: 'running' | 'waiting';
};
/** `undefined`: not asked for. */
type Standing = 'proven' | OpenJob | undefined;

/** The standing of a job that the node has not asked for. */
export const UNASKED = { state: 'unasked', runningSeconds: 0, record: undefined } as const;

function standingsIn(tree: readonly TreeJob[], tally: JobTally, nowMs: number): readonly Standing[] {
  const standings: Standing[] = Array.from({ length: tree.length });
  const proveBelow = (index: number): void => {
    for (const child of (tree[index] as TreeJob).children) {
      if (standings[child] === 'proven') continue;
      standings[child] = 'proven';
      proveBelow(child);
    }
  };
  const placesOf = Map.groupBy(tree.keys(), (index) => (tree[index] as TreeJob).circuit);
  for (const circuit of circuitsFromRoot(tree)) {
    const counts = tally.get(circuit);
    if (counts === undefined) continue;
    const open = openJobs(counts, nowMs);
    const own = placesOf.get(circuit) ?? [];
    let proven = counts.proven - own.filter((index) => standings[index] === 'proven').length;
    let asked = 0;
    for (const index of own) {
      if (standings[index] === 'proven') continue;
      if (proven > 0) standings[index] = 'proven';
      else if (asked < open.length) standings[index] = open[asked++];
      else break;
      proven -= 1;
      proveBelow(index);
    }
  }
  return standings;
}

/** The circuits of a tree, each after those of the jobs above it. */
function circuitsFromRoot(tree: readonly TreeJob[]): readonly CircuitName[] {
  const heights = new Map<CircuitName, number>(tree.map(({ circuit }) => [circuit, 0]));
  for (let isChanged = true, round = 0; isChanged && round < heights.size; round += 1) {
    isChanged = false;
    for (const { circuit, children } of tree) {
      for (const child of children) {
        const below = (tree[child] as TreeJob).circuit;
        const height = (heights.get(below) ?? 0) + 1;
        if (below === circuit || height <= (heights.get(circuit) ?? 0)) continue;
        heights.set(circuit, height);
        isChanged = true;
      }
    }
  }
  return [...heights].sort(([, a], [, b]) => b - a).map(([circuit]) => circuit);
}

/** The circuit's jobs that were asked for and are not settled: the running ones first, the longest of them first. */
export function openJobs({ leased, queued }: CircuitTally, nowMs: number): readonly OpenJob[] {
  const running: OpenJob[] = [];
  const waiting: OpenJob[] = [];
  for (const record of leased) {
    const lease = leaseAt(record, nowMs);
    // The agent was lost: another may take it.
    if (lease === undefined)
      waiting.push({ pool: record.pool, state: 'waiting', runningSeconds: 0, record: undefined });
    else {
      const runningSeconds = Math.max(0, nowMs - lease.claimedAtMs) / 1000;
      running.push({ pool: record.pool, state: 'running', runningSeconds, record });
    }
  }
  for (const [pool, count] of queued) {
    for (let job = 0; job < count; job += 1)
      waiting.push({ pool, state: 'waiting', runningSeconds: 0, record: undefined });
  }
  return [...running.sort((a, b) => b.runningSeconds - a.runningSeconds), ...waiting];
}
