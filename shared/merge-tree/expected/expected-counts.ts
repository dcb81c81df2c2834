import { NativeCircuit } from '../../proving-job/circuit-catalogue.ts';
import type { EpochShape } from '../../proving-job/epoch-shape.ts';
import type { NodePosition } from './expected-tree.ts';
import type { TreeSink } from './tree-sink.ts';
import { addTree } from './tree-of-shape.ts';

/** How much there is to prove: nodes of the tree, and jobs, where nodes with the same inputs are one. */
export interface ExpectedCount {
  readonly logical: number;
  readonly distinct: number;
}

export interface ExpectedCounts extends ExpectedCount {
  /** Every circuit of the catalogue; 0 for those that the epoch does not need. */
  readonly byCircuit: Readonly<Record<NativeCircuit, ExpectedCount>>;
  /** The circuit of the proof that holds all others. */
  readonly root: NativeCircuit;
}

/**
 * What there is to prove for an epoch of this shape, without the memory that its tree would take.
 * @throws {InvalidEpochShapeError} when no epoch can have this shape.
 */
export function expectedCounts(shape: EpochShape): ExpectedCounts {
  const counter = new TreeCounter();
  addTree(counter, shape);
  return counter.counts;
}

class TreeCounter implements TreeSink {
  readonly #byCircuit = Object.fromEntries(
    NativeCircuit.options.map((circuit) => [circuit, { logical: 0, distinct: 0 }]),
  ) as Record<NativeCircuit, { logical: number; distinct: number }>;
  readonly #inputs = new Set<string>();
  #root: NativeCircuit | undefined;

  add(circuit: NativeCircuit, _position: NodePosition, _children: readonly number[], inputs?: string): number {
    this.#root = circuit;
    const count = this.#byCircuit[circuit];
    count.logical += 1;
    if (inputs === undefined || !this.#inputs.has(inputs)) count.distinct += 1;
    if (inputs !== undefined) this.#inputs.add(inputs);
    return 0;
  }

  get counts(): ExpectedCounts {
    if (this.#root === undefined) throw new Error('a tree without nodes has no root');
    const sum = (key: keyof ExpectedCount): number =>
      Object.values(this.#byCircuit).reduce((total, count) => total + count[key], 0);
    return {
      logical: sum('logical'),
      distinct: sum('distinct'),
      byCircuit: this.#byCircuit,
      root: this.#root,
    };
  }
}
