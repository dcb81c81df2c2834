import { type JobRecord, leaseAt, type RangeId } from '../../ledger/job-ledger.ts';
import { CIRCUIT_CATALOGUE, type CircuitName, isRoot } from '../../proving-job/circuit-catalogue.ts';
import type { ExpectedTree } from '../expected/expected-tree.ts';
import { type SubtreeClass, SubtreeClasses } from '../expected/subtree-classes.ts';
import { type Place, placesFromRoot } from '../expected/tree-places.ts';

/** How long a circuit takes, in seconds, from claim to settlement. */
export type SecondsOfCircuit = (circuit: CircuitName) => number;

/** The longest chain of jobs that must follow one another until the root is proven. */
export interface PathLeft {
  /** The time of the chain if each of its jobs found an idle agent at once. */
  readonly seconds: number;
  /** The chain, first job first; the root is last. Empty when the root is proven. */
  readonly circuits: readonly CircuitName[];
}

/**
 * The critical path of an epoch: at the start, and what is left of it as records appear.
 *
 * Records have no position, so what is left is the longest path over every way in which the records fit into the expected
 * tree: never too short, and never longer after a job is recorded or settled than before. This relies on a job being
 * asked for only when its children are proven. So once as many records of a `SubtreeClass` are known as the tree has,
 * each of its places is taken, and all below them is proven; until then, any place of the class may be the one that is open.
 */
export class CriticalPath {
  readonly full: PathLeft;
  readonly #secondsOf: SecondsOfCircuit;
  readonly #classes: SubtreeClasses;
  readonly #places: readonly Place[];

  constructor(
    tree: ExpectedTree,
    secondsOf: SecondsOfCircuit = (circuit) => CIRCUIT_CATALOGUE[circuit].expectedSeconds,
  ) {
    this.#secondsOf = secondsOf;
    this.#classes = new SubtreeClasses(tree);
    this.#places = placesFromRoot(tree, this.#classes);
    this.full = this.#longest(this.#tally([], 0));
  }

  /** What is left of the path. Records of another range are ignored. */
  left(
    records: readonly JobRecord[],
    { rangeId, nowMs }: { readonly rangeId: RangeId; readonly nowMs: number },
  ): PathLeft {
    const ofRange = records.filter((record) => record.rangeId === rangeId);
    if (ofRange.some(({ circuit, state }) => isRoot(circuit) && state === 'proven')) {
      return { seconds: 0, circuits: [] };
    }
    return this.#longest(this.#tally(ofRange, nowMs));
  }

  #longest(tallyOf: TallyOf): PathLeft {
    const wayFromOpen = new Map<Place, WayUp>();
    let longest: WayUp | undefined;
    for (const place of this.#places) {
      let above: WayUp | undefined;
      for (const parent of place.possibleParents) above = longer(above, wayFromOpen.get(parent));
      // The job above it was asked for, so it is proven.
      if (above === undefined && place.possibleParents.length > 0) continue;

      const tallies = [tallyOf(place.subtreeClass), tallyOf(place.circuit)];
      const isOpen = tallies.every(({ recorded, expected }) => recorded < expected);
      // A place that may be open counts in full, any other as the record of its kind that has the most time left.
      const ownSeconds = isOpen
        ? [this.#secondsOf(place.circuit)]
        : tallies.flatMap(({ secondsLeft }) => secondsLeft ?? []);
      if (ownSeconds.length === 0) continue;
      const way = { circuit: place.circuit, seconds: Math.max(...ownSeconds) + (above?.seconds ?? 0), above };
      if (isOpen) wayFromOpen.set(place, way);
      longest = longer(way, longest);
    }
    return { seconds: longest?.seconds ?? 0, circuits: circuitsOf(longest) };
  }

  #tally(records: readonly JobRecord[], nowMs: number): TallyOf {
    const tallies = new Map<SubtreeClass | CircuitName, Tally>();
    const tallyOf = (key: SubtreeClass | CircuitName): Tally => {
      const tally = tallies.get(key) ?? { expected: 0, recorded: 0, secondsLeft: undefined };
      tallies.set(key, tally);
      return tally;
    };
    for (const { subtreeClass, circuit } of this.#places) {
      tallyOf(subtreeClass).expected += 1;
      tallyOf(circuit).expected += 1;
    }
    const classes = this.#classes.ofRecords(records);
    for (const record of records) {
      const subtreeClass = classes.get(record.id);
      tallyOf(record.circuit).recorded += 1;
      if (subtreeClass !== undefined) tallyOf(subtreeClass).recorded += 1;
      // Without a class, as when an edge is missing, it may be at any place of its circuit.
      const tally = tallyOf(subtreeClass ?? record.circuit);
      const secondsLeft = this.#secondsLeft(record, nowMs);
      if (secondsLeft !== undefined) tally.secondsLeft = Math.max(tally.secondsLeft ?? 0, secondsLeft);
    }
    return tallyOf;
  }

  /** `undefined` for a proven job; 0 for one that exceeds its time. */
  #secondsLeft(record: JobRecord, nowMs: number): number | undefined {
    if (record.state === 'proven') return undefined;
    const seconds = this.#secondsOf(record.circuit);
    const lease = leaseAt(record, nowMs);
    return lease !== undefined ? Math.max(0, seconds - Math.max(0, nowMs - lease.claimedAtMs) / 1000) : seconds;
  }
}

/** For one class or circuit: jobs in the tree, records, and the most time that any of the records has left. */
interface Tally {
  expected: number;
  recorded: number;
  secondsLeft: number | undefined;
}
type TallyOf = (key: SubtreeClass | CircuitName) => Readonly<Tally>;

/** A job and all jobs that follow it up to the root. */
interface WayUp {
  readonly circuit: CircuitName;
  /** The time of the job and all jobs above it. */
  readonly seconds: number;
  readonly above: WayUp | undefined;
}

function longer(left: WayUp | undefined, right: WayUp | undefined): WayUp | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return right.seconds > left.seconds ? right : left;
}

function circuitsOf(way: WayUp | undefined): CircuitName[] {
  const circuits: CircuitName[] = [];
  for (let step = way; step !== undefined; step = step.above) circuits.push(step.circuit);
  return circuits;
}
