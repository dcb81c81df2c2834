import { describe, expect, it } from 'vitest';

import type { EpochJobs } from '../../../../containers/console/api/epoch-jobs.ts';
import { agentRowsOf } from '../../../../containers/console/pages/data/agent-rows.ts';
import { jobTreeOf, pathUp } from '../../../../containers/console/pages/data/job-tree.ts';
import { jobAt, layOutTree } from '../../../../containers/console/pages/plots/tree-layout.ts';

/** Two merges over two leaves each, recorded crosswise, and a root that is not asked for yet. */
const EPOCH = {
  atMs: 10_000,
  goodForMs: 0,
  openedAtMs: 0,
  circuits: [
    { circuit: 'LEAF', level: 'leaves', pool: 'small', expected: 4, usualSeconds: 1 },
    { circuit: 'MERGE', level: 'merges', pool: 'small', expected: 2, usualSeconds: 2 },
    { circuit: 'ROOT', level: 'root', pool: 'large', expected: 1, usualSeconds: 3 },
  ],
  agents: ['agent-1', 'agent-2'],
  states: ['queued', 'leased', 'proven', 'rejected', 'cancelled'],
  columns: {
    hash: ['a', 'b', 'c', 'd', 'e', 'f'],
    circuit: [0, 0, 0, 0, 1, 1],
    state: [2, 2, 2, 2, 1, 0],
    agent: [0, 1, 0, 1, 0, -1],
    parent: [4, 5, 4, 5, -1, -1],
    recordedMs: [0, 0, 0, 0, 3000, 3000],
    claimedMs: [0, 0, 1000, 1000, 4000, null],
    settledMs: [1000, 1000, 3000, 2000, null, null],
  },
  lostAttempts: [{ job: 5, attempts: 2 }],
  otherParents: [[0, 5]],
  copies: [{ job: 4, agent: 1, claimedMs: 5000 }],
  jobsLeftOut: 0,
  workLeft: { atMs: [], seconds: [] },
} as unknown as EpochJobs;

describe('the merge tree on the page of an epoch', () => {
  const tree = jobTreeOf(EPOCH);

  it('has the children of a job beside each other, and jobs that are still to come', () => {
    expect(tree.levels).toEqual([
      { name: 'leaves', jobs: [0, 2, 1, 3], unasked: 0 },
      { name: 'merges', jobs: [4, 5], unasked: 0 },
      { name: 'root', jobs: [], unasked: 1 },
    ]);
  });

  it('knows every edge, also those of a job with two parents', () => {
    expect(tree.childrenOf(5)).toEqual([1, 3, 0]);
    expect(tree.parentsOf(0)).toEqual([4, 5]);
    expect(pathUp(tree, 0)).toEqual([0, 4]);
  });

  it('knows how each job stands', () => {
    expect(tree.jobs.map(({ standing }) => standing)).toEqual([
      'proven',
      'proven',
      'proven',
      'proven',
      'running',
      'waiting',
    ]);
    expect(tree.jobs[4]).toMatchObject({ agent: 'agent-1', settledMs: undefined, lostAttempts: 0 });
    expect(tree.jobs[5]).toMatchObject({ agent: undefined, claimedMs: undefined, lostAttempts: 2 });
  });

  it('is laid out with the root at the top, each job in its own place', () => {
    const layout = layOutTree(tree, 300, 500);
    expect(layout.bands.map(({ level }) => level)).toEqual([2, 1, 0]);
    expect(layout.hasEdges).toBe(true);
    for (const { index } of tree.jobs) {
      const { x, y } = layout.cells[index]!;
      expect(jobAt(layout, x + 1, y + 1)).toBe(index);
    }
    expect(layout.unasked).toHaveLength(1);
    expect(jobAt(layout, -1, -1)).toBeUndefined();
  });

  it('fits into a phone with 10,000 jobs', () => {
    const count = 10_000;
    const column = <Value>(value: Value): Value[] => Array<Value>(count).fill(value);
    const columns = { ...EPOCH.columns, hash: column('a'), circuit: column(0), state: column(2), parent: column(-1) };
    const layout = layOutTree(jobTreeOf({ ...EPOCH, columns, lostAttempts: [], otherParents: [] }), 350, 520);
    expect(Math.max(...layout.cells.map((cell) => cell!.x + layout.cellSize))).toBeLessThanOrEqual(350);
    expect(layout.hasEdges).toBe(false);
  });

  it('gives each agent what it held, second copies included', () => {
    const rows = agentRowsOf(tree, EPOCH, 10_000);
    expect(rows.map(({ agent, proven, busyMs }) => ({ agent, proven, busyMs }))).toEqual([
      { agent: 'agent-1', proven: 2, busyMs: 1000 + 2000 + 6000 },
      { agent: 'agent-2', proven: 2, busyMs: 1000 + 1000 + 5000 },
    ]);
    expect(rows[1]!.bars.at(-1)).toMatchObject({ fromMs: 5000, untilMs: 10_000 });
  });
});
