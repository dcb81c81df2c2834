import type { EpochJobs } from '../../api/epoch-jobs.ts';
import { type JobStanding, standingOf } from '../text/standing.ts';

/** A job of the tree: its place in the columns of the API is `index`. */
export interface TreeJob {
  readonly index: number;
  readonly hash: string;
  readonly circuit: string;
  /** Its level's place in {@link JobTree.levels}. */
  readonly level: number;
  readonly standing: JobStanding;
  /** Who proved it, or proves it now. */
  readonly agent: string | undefined;
  readonly usualSeconds: number;
  /** Milliseconds since the epoch was opened; `undefined` while it has not happened. */
  readonly recordedMs: number | undefined;
  readonly claimedMs: number | undefined;
  readonly settledMs: number | undefined;
  readonly lostAttempts: number;
}

export interface TreeLevel {
  readonly name: string;
  /** Indexes of its jobs, those with a common parent beside each other. */
  readonly jobs: readonly number[];
  /** Jobs that the node has not asked for yet. */
  readonly unasked: number;
}

/** The merge tree of an epoch, as far as it was asked for. */
export interface JobTree {
  readonly jobs: readonly TreeJob[];
  /** Bottom to top. */
  readonly levels: readonly TreeLevel[];
  readonly childrenOf: (job: number) => readonly number[];
  readonly parentsOf: (job: number) => readonly number[];
}

/** Makes the tree of the columns that the API returns. */
export function jobTreeOf(epoch: EpochJobs): JobTree {
  const { circuits, agents, states, columns, lostAttempts, otherParents } = epoch;
  const names = [...new Set(circuits.map(({ level }) => level))];
  const levelOf = circuits.map(({ level }) => names.indexOf(level));
  const lost = new Map(lostAttempts.map(({ job, attempts }) => [job, attempts]));
  const jobs = columns.hash.map((hash, index): TreeJob => {
    const place = columns.circuit[index] ?? 0;
    return {
      index,
      hash,
      circuit: circuits[place]?.circuit ?? '',
      level: levelOf[place] ?? 0,
      standing: standingOf(states[columns.state[index] ?? 0] ?? 'queued'),
      agent: agents[columns.agent[index] ?? -1],
      usualSeconds: circuits[place]?.usualSeconds ?? NaN,
      recordedMs: columns.recordedMs[index] ?? undefined,
      claimedMs: columns.claimedMs[index] ?? undefined,
      settledMs: columns.settledMs[index] ?? undefined,
      lostAttempts: lost.get(index) ?? 0,
    };
  });
  const edges = edgesOf(columns.parent, otherParents);
  const expected = names.map((name) =>
    circuits.reduce((sum, circuit) => sum + (circuit.level === name ? circuit.expected : 0), 0),
  );
  return { jobs, levels: levelsOf(names, expected, jobs, edges), ...edges };
}

/** The jobs from this one up to the root. */
export function pathUp({ parentsOf }: JobTree, job: number): readonly number[] {
  const path = [job];
  for (let [parent] = parentsOf(job); parent !== undefined && !path.includes(parent); [parent] = parentsOf(parent)) {
    path.push(parent);
  }
  return path;
}

type Edges = Pick<JobTree, 'childrenOf' | 'parentsOf'>;

function edgesOf(parents: readonly number[], others: EpochJobs['otherParents']): Edges {
  const first = parents.map((parent, child) => [child, parent] as const).filter(([, parent]) => parent >= 0);
  const edges = [...first, ...others];
  const byParent = Map.groupBy(edges, ([, parent]) => parent);
  const byChild = Map.groupBy(edges, ([child]) => child);
  return {
    childrenOf: (job) => (byParent.get(job) ?? []).map(([child]) => child),
    parentsOf: (job) => (byChild.get(job) ?? []).map(([, parent]) => parent),
  };
}

/** Orders each level as the tree is walked from its top, so that the children of a job are beside each other. */
function levelsOf(
  names: readonly string[],
  expected: readonly number[],
  jobs: readonly TreeJob[],
  { childrenOf, parentsOf }: Edges,
): readonly TreeLevel[] {
  const ordered = names.map((): number[] => []);
  const seen = new Uint8Array(jobs.length);
  const tops = jobs.filter(({ index }) => parentsOf(index).length === 0);
  const waiting = tops.toSorted((a, b) => a.level - b.level || b.index - a.index).map(({ index }) => index);
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    if (seen[index] === 1) continue;
    seen[index] = 1;
    ordered[jobs[index]?.level ?? 0]?.push(index);
    waiting.push(...childrenOf(index).toReversed());
  }
  return names.map((name, level) => {
    const ofLevel = ordered[level] ?? [];
    return { name, jobs: ofLevel, unasked: Math.max(0, (expected[level] ?? 0) - ofLevel.length) };
  });
}
