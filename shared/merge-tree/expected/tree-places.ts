import type { CircuitName } from '../../proving-job/circuit-catalogue.ts';
import type { ExpectedJob, ExpectedNode, ExpectedTree } from './expected-tree.ts';
import { type SubtreeClass, type SubtreeClasses, isTxBase } from './subtree-classes.ts';

/** A job of the expected tree, as a place that a recorded job may have. */
export interface Place {
  readonly circuit: CircuitName;
  readonly subtreeClass: SubtreeClass;
  /** The places that may be its parent; none for the root. */
  readonly possibleParents: readonly Place[];
}

/**
 * One place for each job, every one after all its possible parents, so the root is first.
 *
 * A shape does not say which of a block's transactions are public, so the base of each may stand wherever one of another
 * stands in the expected tree.
 */
export function placesFromRoot(tree: ExpectedTree, classes: SubtreeClasses): readonly Place[] {
  const parentsOf = possibleParents(tree);
  const places: Place[] = [];
  const placeOfJob = new Map<number, Place>();

  const place = (job: number): Place => {
    const known = placeOfJob.get(job);
    if (known !== undefined) return known;
    const { circuit } = tree.jobs[job] as ExpectedJob;
    const subtreeClass = classes.ofJobs[job] as SubtreeClass;
    const added = { circuit, subtreeClass, possibleParents: parentsOf(job).map(place) };
    placeOfJob.set(job, added);
    places.push(added);
    return added;
  };

  for (let job = tree.jobs.length - 1; job >= 0; job -= 1) place(job);
  return places;
}

function possibleParents({ nodes, jobs }: ExpectedTree): (job: number) => readonly number[] {
  const blockOf = (job: ExpectedJob): string => {
    const { checkpoint, block } = (nodes[job.nodes[0] as number] as ExpectedNode).position;
    return `${String(checkpoint)}/${String(block)}`;
  };
  const parentsInBlock = new Map<string, Set<number>>();
  for (const job of jobs) {
    if (!isTxBase(job.circuit)) continue;
    const parents = parentsInBlock.get(blockOf(job)) ?? new Set();
    for (const parent of job.parents) parents.add(parent);
    parentsInBlock.set(blockOf(job), parents);
  }
  return (index) => {
    const job = jobs[index] as ExpectedJob;
    return isTxBase(job.circuit) ? [...(parentsInBlock.get(blockOf(job)) ?? [])] : job.parents;
  };
}
