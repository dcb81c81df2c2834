import type { CircuitName } from '../../proving-job/circuit-catalogue.ts';

/** How many of the jobs are of each circuit; circuits without any are absent. */
export function countByCircuit(jobs: readonly { readonly circuit: CircuitName }[]): ReadonlyMap<CircuitName, number> {
  const counts = new Map<CircuitName, number>();
  for (const { circuit } of jobs) counts.set(circuit, (counts.get(circuit) ?? 0) + 1);
  return counts;
}
