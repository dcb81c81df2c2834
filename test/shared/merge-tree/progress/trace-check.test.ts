import { describe, expect, it } from 'vitest';

import { expectedTree } from '../../../../shared/merge-tree/expected/tree-of-shape.ts';
import { type TraceFindings, checkTrace } from '../../../../shared/merge-tree/progress/trace-check.ts';
import { Trace } from '../../../../shared/merge-tree/progress/trace.ts';
import { ProvingJobId } from '../../../../shared/proving-job/proving-job-id.ts';
import { randomShape } from '../random-shape.ts';
import { RANGE, RecordedEpoch } from '../recorded-epoch.ts';
import { SeededRandom } from '../seeded-random.ts';

/** Two checkpoints: one with an empty block, one with a block of three transactions, the first public, and one message. */
const SHAPE = [
  { blocks: [{ publicTxs: 0, privateTxs: 0 }], l1ToL2Messages: 0 },
  { blocks: [{ publicTxs: 1, privateTxs: 2 }], l1ToL2Messages: 1 },
];
const UNKNOWN = ProvingJobId.parse(`7:PUBLIC_VM:${'0'.repeat(64)}`);

const NOTHING: Omit<TraceFindings, 'isComplete' | 'root' | 'depth'> = {
  unproven: [],
  orphans: [],
  unreachable: [],
  missingChildren: [],
  lateChildren: [],
  misshapen: [],
  countMismatches: [],
};

describe('checkTrace', () => {
  it('finds no fault in a proven epoch of any shape', () => {
    const random = new SeededRandom(31);
    for (let round = 0; round < 30; round += 1) {
      const shape = randomShape(random, { checkpoints: 7, blocks: 3, txsOfAKind: 3 });
      const epoch = new RecordedEpoch(shape, random);
      epoch.proveAll();
      const findings = checkTrace(new Trace(epoch.records, RANGE), expectedTree(shape));
      expect(findings, JSON.stringify(shape)).toMatchObject({ isComplete: true, ...NOTHING });
      expect(findings.root).toBe(epoch.find('ROOT_ROLLUP').id);
    }
  });

  it.each([
    // Root, checkpoint root, block root, parity root, parity base.
    { publicTxs: 0, depth: 5 },
    // Root, checkpoint root, block root, transaction merge, public base, VM.
    { publicTxs: 3, depth: 6 },
  ])(
    'counts $depth jobs from the root to the lowest leaf of a block with $publicTxs public transactions',
    ({ publicTxs, depth }) => {
      const shape = [{ blocks: [{ publicTxs, privateTxs: 0 }], l1ToL2Messages: 0 }];
      const epoch = new RecordedEpoch(shape);
      epoch.proveAll();
      expect(checkTrace(new Trace(epoch.records, RANGE), expectedTree(shape))).toMatchObject({
        isComplete: true,
        depth,
      });
    },
  );

  it('names unproven jobs, and is not complete, while the epoch is being proven', () => {
    const epoch = new RecordedEpoch(SHAPE);
    epoch.proveAll(({ circuit }) => circuit === 'ROOT_ROLLUP');
    const root = epoch.find('ROOT_ROLLUP').id;
    expect(check(epoch)).toMatchObject({ ...NOTHING, isComplete: false, root, unproven: [root] });
  });

  it('reports every job as unreachable before there is a root', () => {
    const epoch = new RecordedEpoch(SHAPE);
    const findings = check(epoch);
    expect(findings).toMatchObject({ isComplete: false, root: undefined, depth: 0 });
    expect(findings.unreachable).toHaveLength(epoch.records.length);
    expect(findings.countMismatches).toContainEqual({ circuit: 'ROOT_ROLLUP', expected: 1, recorded: 0 });
  });

  it('names a job that nothing was made from, all that is only below it, and the job that lacks it', () => {
    const epoch = provenEpoch();
    const [base, vm, chonk] = [
      epoch.find('PUBLIC_TX_BASE_ROLLUP'),
      epoch.find('PUBLIC_VM'),
      epoch.find('PUBLIC_CHONK_VERIFIER'),
    ];
    const parent = new Trace(epoch.records, RANGE).parentsOf(base.id)[0]!;
    epoch.change(parent.id, { children: parent.children.filter((child) => child !== base.id) });
    const findings = check(epoch);
    expect(findings).toMatchObject({
      ...NOTHING,
      isComplete: false,
      orphans: [base.id],
      unreachable: expect.anything() as unknown,
      misshapen: [parent.id],
    });
    expect(new Set(findings.unreachable)).toEqual(new Set([base.id, vm.id, chonk.id]));
  });

  it('names a child that is not on record', () => {
    const epoch = provenEpoch();
    const base = epoch.find('PUBLIC_TX_BASE_ROLLUP');
    epoch.change(base.id, { children: [...base.children, UNKNOWN] });
    expect(check(epoch)).toMatchObject({
      ...NOTHING,
      isComplete: false,
      missingChildren: [{ parent: base.id, child: UNKNOWN }],
    });
  });

  it('names a child that had no proof when its parent was asked for', () => {
    const epoch = provenEpoch();
    const vm = epoch.find('PUBLIC_VM');
    const base = epoch.find('PUBLIC_TX_BASE_ROLLUP');
    epoch.change(vm.id, { settledAtMs: base.recordedAtMs + 1 });
    expect(check(epoch)).toMatchObject({
      ...NOTHING,
      isComplete: false,
      lateChildren: [{ parent: base.id, child: vm.id }],
    });
    epoch.change(vm.id, { settledAtMs: base.recordedAtMs });
    expect(check(epoch)).toMatchObject({ ...NOTHING, isComplete: true });
  });

  it('names a job with a child of the wrong kind', () => {
    const epoch = provenEpoch();
    const [first, second] = [epoch.find('PUBLIC_TX_BASE_ROLLUP'), epoch.find('PRIVATE_TX_BASE_ROLLUP')];
    epoch.change(first.id, { children: [second.id, epoch.find('PUBLIC_VM').id] });
    expect(check(epoch)).toMatchObject({
      isComplete: false,
      misshapen: [first.id],
      orphans: [epoch.find('PUBLIC_CHONK_VERIFIER').id],
    });
  });

  it('counts the circuits against another shape', () => {
    const findings = checkTrace(new Trace(provenEpoch().records, RANGE), expectedTree([...SHAPE, SHAPE[0]!]));
    expect(findings.countMismatches).toEqual([
      { circuit: 'BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP', expected: 2, recorded: 1 },
      { circuit: 'CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP', expected: 3, recorded: 2 },
      { circuit: 'CHECKPOINT_MERGE_ROLLUP', expected: 1, recorded: 0 },
    ]);
  });

  it('ends where a corrupt ledger has edges in a circle', () => {
    const epoch = provenEpoch();
    epoch.change(epoch.find('PUBLIC_VM').id, { children: [epoch.find('BLOCK_ROOT_FIRST_ROLLUP').id] });
    expect(check(epoch).isComplete).toBe(false);
  });
});

function provenEpoch(): RecordedEpoch {
  const epoch = new RecordedEpoch(SHAPE);
  epoch.proveAll();
  return epoch;
}

function check(epoch: RecordedEpoch): TraceFindings {
  return checkTrace(new Trace(epoch.records, RANGE), expectedTree(SHAPE));
}
