import type { NativeCircuit } from '../../proving-job/circuit-catalogue.ts';
import type { ExpectedJob, ExpectedNode, ExpectedTree, NodePosition } from './expected-tree.ts';
import type { TreeSink } from './tree-sink.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly number[] ? number[] : T[K] };

/** Builds an expected tree from its leaves up. Nodes are named by their index. */
export class TreeBuilder implements TreeSink {
  readonly #nodes: Mutable<ExpectedNode>[] = [];
  readonly #jobs: Mutable<ExpectedJob>[] = [];
  readonly #jobByInputs = new Map<string, number>();

  add(circuit: NativeCircuit, position: NodePosition, children: readonly number[], inputs?: string): number {
    const node = this.#nodes.length;
    const childNodes = children.map((child) => this.#nodes[child] as Mutable<ExpectedNode>);
    for (const child of childNodes) child.parent = node;
    const job = this.#jobFor(circuit, [...new Set(childNodes.map((child) => child.job))], inputs);
    (this.#jobs[job] as Mutable<ExpectedJob>).nodes.push(node);
    this.#nodes.push({ circuit, position, children: [...children], parent: undefined, job });
    return node;
  }

  build(): ExpectedTree {
    return { nodes: this.#nodes, jobs: this.#jobs };
  }

  #jobFor(circuit: NativeCircuit, children: number[], inputs: string | undefined): number {
    const known = inputs === undefined ? undefined : this.#jobByInputs.get(inputs);
    if (known !== undefined) return known;
    const job = this.#jobs.length;
    this.#jobs.push({ circuit, nodes: [], children, parents: [] });
    for (const child of children) this.#jobs[child]?.parents.push(job);
    if (inputs !== undefined) this.#jobByInputs.set(inputs, job);
    return job;
  }
}
