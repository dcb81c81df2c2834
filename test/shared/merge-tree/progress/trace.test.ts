import { describe, expect, it } from 'vitest';

import { RangeId } from '../../../../shared/ledger/job-ledger.ts';
import { expectedTree } from '../../../../shared/merge-tree/expected/tree-of-shape.ts';
import { Trace } from '../../../../shared/merge-tree/progress/trace.ts';
import { ProvingJobId } from '../../../../shared/proving-job/proving-job-id.ts';
import { randomShape } from '../random-shape.ts';
import { RANGE, RecordedEpoch } from '../recorded-epoch.ts';
import { SeededRandom } from '../seeded-random.ts';

/** Two checkpoints: one with an empty block, one with a public and a private transaction; both share the parity of no messages. */
const SHAPE = [
  { blocks: [{ publicTxs: 0, privateTxs: 0 }], l1ToL2Messages: 0 },
  { blocks: [{ publicTxs: 1, privateTxs: 1 }], l1ToL2Messages: 0 },
];

describe('Trace', () => {
  it('returns the path of a leaf to the root, with the agent and time of each job', () => {
    const epoch = provenEpoch();
    const path = new Trace(epoch.records, RANGE).pathToRoot(epoch.find('PUBLIC_VM').id);
    expect(path.map(({ circuit }) => circuit)).toEqual([
      'PUBLIC_VM',
      'PUBLIC_TX_BASE_ROLLUP',
      'BLOCK_ROOT_FIRST_ROLLUP',
      'CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP',
      'ROOT_ROLLUP',
    ]);
    expect(path.every(({ provenBy, provingMs }) => provenBy === 'agent-1' && provingMs === 10)).toBe(true);
    expect(path.map(({ settledAtMs }) => settledAtMs)).toEqual(path.map(({ settledAtMs }) => settledAtMs).toSorted());
  });

  it('gives the way of a leaf as far as it goes while the epoch is being proven', () => {
    const epoch = new RecordedEpoch(SHAPE);
    epoch.proveAll(({ circuit }) => circuit === 'BLOCK_ROOT_FIRST_ROLLUP');
    const trace = new Trace(epoch.records, RANGE);
    expect(trace.root).toBeUndefined();
    expect(trace.pathToRoot(epoch.find('PUBLIC_VM').id).at(-1)).toMatchObject({
      circuit: 'BLOCK_ROOT_FIRST_ROLLUP',
      state: 'queued',
    });
    expect([...trace.fromRoot()]).toEqual([]);
    expect([...trace.pathsToLeaves()]).toEqual([]);
  });

  it('returns no path for a job of another range', () => {
    const epoch = provenEpoch();
    const stranger = ProvingJobId.parse(`7:PUBLIC_VM:${'0'.repeat(64)}`);
    expect(new Trace(epoch.records, RANGE).pathToRoot(stranger)).toEqual([]);
    const { id } = epoch.find('PUBLIC_VM');
    expect(new Trace(epoch.records, RangeId.parse('another')).pathToRoot(id)).toEqual([]);
  });

  it('walks the tree from the root down, and shared subtrees in full only once', () => {
    const lines = [...new Trace(provenEpoch().records, RANGE).fromRoot()].map(
      ({ record, depth, isRepeat }) => `${'  '.repeat(depth)}${record.circuit}${isRepeat ? ' (above)' : ''}`,
    );
    const parity = ['      PARITY_ROOT', '        PARITY_BASE'];
    const empty = ['  CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP', '    BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP'];
    expect(lines.slice(0, 6)).toEqual(['ROOT_ROLLUP', ...empty, ...parity, '  CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP']);
    expect(lines.slice(6, 8)).toEqual(['    BLOCK_ROOT_FIRST_ROLLUP', '      PARITY_ROOT (above)']);
    expect(lines.slice(8).toSorted()).toEqual([
      '        PUBLIC_CHONK_VERIFIER',
      '        PUBLIC_VM',
      '      PRIVATE_TX_BASE_ROLLUP',
      '      PUBLIC_TX_BASE_ROLLUP',
    ]);
  });

  it('gives one way to a leaf for each time the tree uses one', () => {
    const random = new SeededRandom(21);
    for (let round = 0; round < 20; round += 1) {
      const shape = randomShape(random, { checkpoints: 6, blocks: 3, txsOfAKind: 3 });
      const epoch = new RecordedEpoch(shape, random);
      epoch.proveAll();
      const paths = [...new Trace(epoch.records, RANGE).pathsToLeaves()];
      const { nodes } = expectedTree(shape);
      const leaves = nodes.filter(({ children, circuit }) => children.length === 0 && circuit !== 'PARITY_BASE');
      expect(paths.filter((path) => path.at(-1)?.circuit !== 'PARITY_BASE')).toHaveLength(leaves.length);
      // The bases without messages are one job, and so one child of their parity root.
      const bases = shape.map(({ l1ToL2Messages }) => Math.min(4, Math.ceil(l1ToL2Messages / 256) + 1));
      const expectedBases = bases.reduce((sum, count) => sum + count, 0);
      expect(paths.filter((path) => path.at(-1)?.circuit === 'PARITY_BASE')).toHaveLength(expectedBases);
      expect(paths.every(([root]) => root?.circuit === 'ROOT_ROLLUP')).toBe(true);
    }
  });

  it('ends where a corrupt ledger has edges in a circle', () => {
    const epoch = provenEpoch();
    epoch.change(epoch.find('PUBLIC_VM').id, { children: [epoch.find('BLOCK_ROOT_FIRST_ROLLUP').id] });
    const trace = new Trace(epoch.records, RANGE);
    expect([...trace.fromRoot()].some(({ record }) => record.circuit === 'PUBLIC_VM')).toBe(true);
    expect([...trace.pathsToLeaves()].length).toBeGreaterThan(0);
    expect(trace.pathToRoot(epoch.find('PUBLIC_VM').id).length).toBeGreaterThan(0);
  });
});

function provenEpoch(): RecordedEpoch {
  const epoch = new RecordedEpoch(SHAPE);
  epoch.proveAll();
  return epoch;
}
