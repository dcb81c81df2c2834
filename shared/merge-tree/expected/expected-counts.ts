import { CIRCUIT_CATALOGUE, type CircuitName } from '../../proving-job/circuit-catalogue.ts';
import type { EpochShape } from '../../proving-job/epoch-shape.ts';
import { expectedTree } from './tree-of-shape.ts';
import type { ExpectedTree } from './expected-tree.ts';

/** How much there is to prove: nodes of the tree, and jobs, where nodes with the same inputs are one. */
export interface ExpectedCount {
  readonly logical: number;
  readonly distinct: number;
}

export interface ExpectedCounts extends ExpectedCount {
  /** Every circuit of the catalogue; 0 for those that the epoch does not need. */
  readonly byCircuit: Readonly<Record<CircuitName, ExpectedCount>>;
}

/** @throws {InvalidEpochShapeError} when no epoch can have this shape. */
export function expectedCounts(shape: EpochShape): ExpectedCounts {
  return countTree(expectedTree(shape));
}

export function countTree({ nodes, jobs }: ExpectedTree): ExpectedCounts {
  const logical = countByCircuit(nodes);
  const distinct = countByCircuit(jobs);
  const byCircuit = Object.fromEntries(
    Object.keys(CIRCUIT_CATALOGUE).map((circuit) => [
      circuit,
      { logical: logical.get(circuit) ?? 0, distinct: distinct.get(circuit) ?? 0 },
    ]),
  ) as Record<CircuitName, ExpectedCount>;
  return { logical: nodes.length, distinct: jobs.length, byCircuit };
}

function countByCircuit(items: readonly { readonly circuit: string }[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { circuit } of items) counts.set(circuit, (counts.get(circuit) ?? 0) + 1);
  return counts;
}
