import type { NativeCircuit } from '../../proving-job/circuit-catalogue.ts';
import type { NodePosition } from './expected-tree.ts';

/** Takes the nodes of an expected tree, children before their parents. */
export interface TreeSink {
  /** Adds a node above `children` and returns a name for it. Nodes of the same `inputs` name share a job. */
  add(circuit: NativeCircuit, position: NodePosition, children: readonly number[], inputs?: string): number;
}
