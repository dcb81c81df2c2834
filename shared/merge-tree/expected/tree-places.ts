import type { NativeCircuit } from '../../proving-job/circuit-catalogue.ts';
import type { ExpectedJob, ExpectedNode, ExpectedTree } from './expected-tree.ts';
import { isTxBase } from './subtree-classes.ts';

/** Where in the expected tree jobs of one circuit may be: all jobs with the same ways to the root share a place. */
export interface Place {
  readonly circuit: NativeCircuit;
  /** The places that may be those of the parent; none for the root. */
  readonly possibleParents: readonly Place[];
  /** The fewest jobs of each circuit on any way from here to the root, with the one that is here. */
  readonly jobsToRoot: ReadonlyMap<NativeCircuit, number>;
}

/**
 * The places of all jobs, every one after all its possible parents, so the root is first: some for each level of the tree,
 * however many jobs it has.
 *
 * A shape does not say which of a block's transactions are public, so the base of each may stand wherever one of another
 * stands in the expected tree.
 */
export function placesFromRoot(tree: ExpectedTree): readonly Place[] {
  const { jobs } = tree;
  const places: Place[] = [];
  const placeByForm = new Map<string, number>();
  const placeOfJob = new Map<number, number>();
  const parentsInBlock = new Map<string, readonly number[]>();
  const basesOf = Map.groupBy(
    jobs.filter(({ circuit }) => isTxBase(circuit)),
    (job) => blockOf(tree, job),
  );

  const placesOf = (parents: Iterable<number>): number[] =>
    [...new Set([...parents].map(placeOf))].sort((a, b) => a - b);
  const possibleParents = (job: ExpectedJob): readonly number[] => {
    if (!isTxBase(job.circuit)) return placesOf(job.parents);
    const block = blockOf(tree, job);
    const known = parentsInBlock.get(block) ?? placesOf(basesOf.get(block)?.flatMap(({ parents }) => parents) ?? []);
    parentsInBlock.set(block, known);
    return known;
  };
  const placeOf = (index: number): number => {
    const known = placeOfJob.get(index);
    if (known !== undefined) return known;
    const job = jobs[index] as ExpectedJob;
    const { circuit } = job;
    const parents = possibleParents(job);
    const form = `${circuit} below ${parents.join()}`;
    const place = placeByForm.get(form) ?? places.length;
    if (place === places.length) {
      places.push(
        newPlace(
          circuit,
          parents.map((parent) => places[parent] as Place),
        ),
      );
      placeByForm.set(form, place);
    }
    placeOfJob.set(index, place);
    return place;
  };

  for (let job = jobs.length - 1; job >= 0; job -= 1) placeOf(job);
  return places;
}

function newPlace(circuit: NativeCircuit, possibleParents: readonly Place[]): Place {
  const circuits = new Set(possibleParents.flatMap(({ jobsToRoot }) => [...jobsToRoot.keys()]));
  const jobsToRoot = new Map(
    [...circuits].map((other) => [
      other,
      Math.min(...possibleParents.map((parent) => parent.jobsToRoot.get(other) ?? 0)),
    ]),
  );
  jobsToRoot.set(circuit, (jobsToRoot.get(circuit) ?? 0) + 1);
  return { circuit, possibleParents, jobsToRoot };
}

function blockOf({ nodes }: ExpectedTree, job: ExpectedJob): string {
  const { checkpoint, block } = (nodes[job.nodes[0] as number] as ExpectedNode).position;
  return `${String(checkpoint)}/${String(block)}`;
}
