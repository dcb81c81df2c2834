import type { CircuitName } from '../../proving-job/circuit-catalogue.ts';

/** How many of the jobs are of each circuit; circuits without any are absent. */
export function countByCircuit<Circuit extends CircuitName>(
  jobs: readonly { readonly circuit: Circuit }[],
): ReadonlyMap<Circuit, number> {
  const counts = new Map<Circuit, number>();
  for (const { circuit } of jobs) counts.set(circuit, (counts.get(circuit) ?? 0) + 1);
  return counts;
}
