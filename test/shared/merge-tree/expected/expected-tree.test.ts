import {
  MAX_CHECKPOINTS_PER_EPOCH as AZTEC_MAX_CHECKPOINTS,
  NUM_BASE_PARITY_PER_ROOT_PARITY,
  NUM_MSGS_PER_BASE_PARITY,
} from '@aztec/constants';
import { describe, expect, it } from 'vitest';

import type { CheckpointShape } from '../../../../shared/proving-job/checkpoint-shape.ts';
import { MAX_CHECKPOINTS_PER_EPOCH } from '../../../../shared/merge-tree/expected/aztec-shape.ts';
import {
  MESSAGES_PER_PARITY_BASE,
  PARITY_BASES_PER_CHECKPOINT,
} from '../../../../shared/merge-tree/expected/aztec-tree.ts';
import { InvalidEpochShapeError } from '../../../../shared/merge-tree/expected/aztec-shape.ts';
import { expectedCounts } from '../../../../shared/merge-tree/expected/expected-counts.ts';
import { expectedTree } from '../../../../shared/merge-tree/expected/tree-of-shape.ts';
import { SubtreeClasses } from '../../../../shared/merge-tree/expected/subtree-classes.ts';
import { CIRCUIT_CATALOGUE, levelsOf } from '../../../../shared/proving-job/circuit-catalogue.ts';
import { randomShape } from '../random-shape.ts';
import { RecordedEpoch } from '../recorded-epoch.ts';
import { SeededRandom } from '../seeded-random.ts';

const EMPTY = { publicTxs: 0, privateTxs: 0 };

describe('expectedTree', () => {
  it('is, for one checkpoint with one empty block, a chain beside the padding', () => {
    expect(outline([{ blocks: [EMPTY], l1ToL2Messages: 0 }])).toEqual([
      'ROOT_ROLLUP',
      '  CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP',
      '    BLOCK_ROOT_EMPTY_TX_FIRST_ROLLUP',
      '      PARITY_ROOT',
      '        PARITY_BASE',
      '        PARITY_BASE',
      '        PARITY_BASE',
      '        PARITY_BASE',
      '  CHECKPOINT_PADDING_ROLLUP',
    ]);
  });

  it('feeds the parity root to the first block only, and names each block root by its transactions', () => {
    const blocks = [
      { publicTxs: 1, privateTxs: 0 },
      { publicTxs: 0, privateTxs: 1 },
      { publicTxs: 1, privateTxs: 2 },
    ];
    const [, checkpoint, ...rest] = outline([{ blocks, l1ToL2Messages: 0 }]).filter(
      (line) => !line.includes('PARITY_BASE'),
    );
    expect([checkpoint, ...rest]).toEqual([
      '  CHECKPOINT_ROOT_ROLLUP',
      '    BLOCK_MERGE_ROLLUP',
      '      BLOCK_ROOT_SINGLE_TX_FIRST_ROLLUP',
      '        PARITY_ROOT',
      '        PUBLIC_TX_BASE_ROLLUP',
      '          PUBLIC_CHONK_VERIFIER',
      '          PUBLIC_VM',
      '      BLOCK_ROOT_SINGLE_TX_ROLLUP',
      '        PRIVATE_TX_BASE_ROLLUP',
      '    BLOCK_ROOT_ROLLUP',
      '      TX_MERGE_ROLLUP',
      '        PUBLIC_TX_BASE_ROLLUP',
      '          PUBLIC_CHONK_VERIFIER',
      '          PUBLIC_VM',
      '        PRIVATE_TX_BASE_ROLLUP',
      '      PRIVATE_TX_BASE_ROLLUP',
      '  CHECKPOINT_PADDING_ROLLUP',
    ]);
  });

  it.each([
    { messages: [0, 0], bases: 1, roots: 1 },
    { messages: [1, 0], bases: 2, roots: 2 },
    { messages: [256, 257], bases: 4, roots: 2 },
    { messages: [1024, 1024], bases: 8, roots: 2 },
    { messages: [1024, 769], bases: 8, roots: 2 },
    { messages: [1024, 768], bases: 8, roots: 2 },
    { messages: [1024, 767, 0], bases: 8, roots: 3 },
  ])(
    'proves equal parity once: messages $messages make $bases bases and $roots roots',
    ({ messages, bases, roots }) => {
      const { byCircuit } = expectedCounts(messages.map((l1ToL2Messages) => ({ blocks: [EMPTY], l1ToL2Messages })));
      expect(byCircuit.PARITY_BASE).toEqual({ logical: 4 * messages.length, distinct: bases });
      expect(byCircuit.PARITY_ROOT).toEqual({ logical: messages.length, distinct: roots });
    },
  );

  it.each([
    { block: { publicTxs: 8, privateTxs: 0 }, logical: 1215, distinct: 1057 },
    { block: { publicTxs: 0, privateTxs: 8 }, logical: 703, distinct: 545 },
    { block: { publicTxs: 4, privateTxs: 4 }, logical: 959, distinct: 801 },
  ])(
    'counts $logical nodes and $distinct jobs for 32 checkpoints, 1 block, 8 transactions: $block',
    ({ block, logical, distinct }) => {
      const shape = Array.from({ length: 32 }, () => ({ blocks: [block], l1ToL2Messages: 0 }));
      expect(expectedCounts(shape)).toMatchObject({
        logical,
        distinct,
        byCircuit: {
          TX_MERGE_ROLLUP: { logical: 192, distinct: 192 },
          PARITY_BASE: { logical: 128, distinct: 1 },
          PARITY_ROOT: { logical: 32, distinct: 1 },
          BLOCK_ROOT_FIRST_ROLLUP: { logical: 32, distinct: 32 },
          CHECKPOINT_ROOT_SINGLE_BLOCK_ROLLUP: { logical: 32, distinct: 32 },
          CHECKPOINT_MERGE_ROLLUP: { logical: 30, distinct: 30 },
          CHECKPOINT_PADDING_ROLLUP: { logical: 0, distinct: 0 },
        },
      });
    },
  );

  it('has as many nodes as the formula for every shape', () => {
    const random = new SeededRandom(1);
    for (let round = 0; round < 300; round += 1) {
      const shape = randomShape(random, { checkpoints: 32, blocks: 6, txsOfAKind: 5 });
      expect(expectedTree(shape).nodes.length, JSON.stringify(shape)).toBe(nodesByFormula(shape));
    }
  });

  it('is a tree: every node but the root is the child of its parent, and children stand before parents', () => {
    const random = new SeededRandom(2);
    for (let round = 0; round < 50; round += 1) {
      const { nodes } = expectedTree(randomShape(random, { checkpoints: 9, blocks: 4, txsOfAKind: 6 }));
      nodes.forEach(({ children, parent }, index) => {
        expect(children.every((child) => child < index && nodes[child]!.parent === index)).toBe(true);
        expect(parent === undefined).toBe(index === nodes.length - 1);
      });
    }
  });

  it('joins each job to the jobs of the nodes above and below its own', () => {
    const random = new SeededRandom(3);
    for (let round = 0; round < 50; round += 1) {
      const { nodes, jobs } = expectedTree(randomShape(random, { checkpoints: 9, blocks: 4, txsOfAKind: 6 }));
      jobs.forEach((job, index) => {
        const own = nodes.filter((node) => node.job === index);
        const childJobs = own.flatMap(({ children }) => children.map((child) => nodes[child]!.job));
        const parentJobs = own.flatMap(({ parent }) => (parent === undefined ? [] : [nodes[parent]!.job]));
        expect(job.nodes.map((node) => nodes[node])).toEqual(own);
        expect(new Set(job.children)).toEqual(new Set(childJobs));
        expect(new Set(job.parents)).toEqual(new Set(parentJobs));
        expect(own.every(({ circuit }) => circuit === job.circuit)).toBe(true);
      });
    }
  });

  it('never puts a job on a lower level than its children', () => {
    const { nodes } = expectedTree(randomShape(new SeededRandom(4), { checkpoints: 32, blocks: 6, txsOfAKind: 9 }));
    const height = (node: number): number => levelsOf('aztec').indexOf(CIRCUIT_CATALOGUE[nodes[node]!.circuit].level);
    nodes.forEach(({ children }, node) => {
      expect(children.every((child) => height(child) <= height(node))).toBe(true);
    });
  });

  it('has the jobs and edges that come of asking as the orchestrator does, over trees of Aztec', () => {
    const random = new SeededRandom(5);
    for (let round = 0; round < 60; round += 1) {
      const shape = randomShape(random, { checkpoints: 7, blocks: 4, txsOfAKind: 4 });
      const epoch = new RecordedEpoch(shape, random);
      epoch.proveAll();
      const classes = new SubtreeClasses(expectedTree(shape));
      const expected = [...classes.ofJobs].sort((left, right) => left - right);
      const recorded = [...classes.ofRecords(epoch.records).values()].sort(
        (left, right) => (left ?? -1) - (right ?? -1),
      );
      expect(recorded, JSON.stringify(shape)).toEqual(expected);
    }
  });

  it('takes its limits from Aztec', () => {
    expect(MAX_CHECKPOINTS_PER_EPOCH).toBe(AZTEC_MAX_CHECKPOINTS);
    expect(PARITY_BASES_PER_CHECKPOINT).toBe(NUM_BASE_PARITY_PER_ROOT_PARITY);
    expect(MESSAGES_PER_PARITY_BASE).toBe(NUM_MSGS_PER_BASE_PARITY);
  });

  it.each<{ shape: CheckpointShape[]; problem: string }>([
    { shape: [], problem: 'an epoch has 1 to 32 checkpoints, got 0' },
    {
      shape: Array.from({ length: 33 }, () => ({ blocks: [EMPTY], l1ToL2Messages: 0 })),
      problem: 'an epoch has 1 to 32 checkpoints, got 33',
    },
    {
      shape: [{ blocks: [EMPTY, EMPTY], l1ToL2Messages: 0 }],
      problem: 'checkpoint 0 block 1 has no transactions, which only the first block (0) of a checkpoint may',
    },
    {
      shape: [{ blocks: [], l1ToL2Messages: 0 }],
      problem: 'checkpoint 0 blocks Too small: expected array to have >=1 items',
    },
    {
      shape: [{ blocks: [{ publicTxs: -1, privateTxs: 0 }], l1ToL2Messages: 1025 }],
      problem:
        'checkpoint 0 blocks.0.publicTxs Too small: expected number to be >=0; checkpoint 0 l1ToL2Messages Too big: expected number to be <=1024',
    },
  ])('refuses an impossible epoch: $problem', ({ shape, problem }) => {
    const build = (): unknown => expectedTree(shape);
    expect(build).toThrow(InvalidEpochShapeError);
    expect(build).toThrow(`these checkpoints cannot be proven as an epoch: ${problem}`);
  });
});

/** jobs = 3P + V + Σ blocks [max(0, T−2) + 1] + Σ checkpoints [5 + max(0, B−2) + 1] + max(0, C−2) + [C=1] + 1 */
function nodesByFormula(shape: readonly CheckpointShape[]): number {
  const merges = (leaves: number): number => Math.max(0, leaves - 2);
  const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
    items.reduce((total, item) => total + of(item), 0);
  const blocks = shape.flatMap((checkpoint) => checkpoint.blocks);
  return (
    sum(blocks, ({ publicTxs, privateTxs }) => 3 * publicTxs + privateTxs + merges(publicTxs + privateTxs) + 1) +
    sum(shape, (checkpoint) => 5 + merges(checkpoint.blocks.length) + 1) +
    merges(shape.length) +
    (shape.length === 1 ? 1 : 0) +
    1
  );
}

/** A line per node, below its parent and indented. */
function outline(shape: readonly CheckpointShape[]): string[] {
  const { nodes } = expectedTree(shape);
  const below = (node: number, indent: string): string[] => [
    indent + nodes[node]!.circuit,
    ...nodes[node]!.children.flatMap((child) => below(child, `${indent}  `)),
  ];
  return below(nodes.length - 1, '');
}
