import { CIRCUIT_CATALOGUE, type CircuitName, type NativeCircuit } from '../../proving-job/circuit-catalogue.ts';
import type { ExpectedJob, ExpectedTree } from '../expected/expected-tree.ts';

/** A job's parent and what is above it: the longest way to the root. */
interface Above {
  /** By the catalogue's times. */
  readonly seconds: number;
  readonly circuit: NativeCircuit;
  readonly next: Above | undefined;
}

/** For each circuit of the tree the longest chain above any of its jobs, up to the root: the circuits on the way, parent first. */
export function chainsAbove({ jobs }: ExpectedTree): ReadonlyMap<CircuitName, readonly NativeCircuit[]> {
  const aboveJobs = new Array<Above | undefined>(jobs.length);
  const longest = new Map<NativeCircuit, Above | undefined>();
  for (let job = jobs.length - 1; job >= 0; job -= 1) {
    const { circuit, parents } = jobs[job] as ExpectedJob;
    let above: Above | undefined;
    for (const parent of parents) {
      const next = aboveJobs[parent];
      const parentCircuit = (jobs[parent] as ExpectedJob).circuit;
      const seconds = CIRCUIT_CATALOGUE[parentCircuit].expectedSeconds + (next?.seconds ?? 0);
      if (seconds > (above?.seconds ?? 0)) above = { seconds, circuit: parentCircuit, next };
    }
    aboveJobs[job] = above;
    if (!longest.has(circuit) || (above?.seconds ?? 0) > (longest.get(circuit)?.seconds ?? 0))
      longest.set(circuit, above);
  }
  return new Map([...longest].map(([circuit, above]) => [circuit, circuitsOf(above)]));
}

function circuitsOf(above: Above | undefined): readonly NativeCircuit[] {
  const circuits: NativeCircuit[] = [];
  for (let step = above; step !== undefined; step = step.next) circuits.push(step.circuit);
  return circuits;
}
