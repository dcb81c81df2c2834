import { CIRCUIT_CATALOGUE, type NativeCircuit, isRoot } from '../../proving-job/circuit-catalogue.ts';
import { countByCircuit } from '../expected/count-by-circuit.ts';
import type { ExpectedTree } from '../expected/expected-tree.ts';
import { type Place, placesFromRoot } from '../expected/tree-places.ts';
import type { CircuitStanding, CircuitStandings, OpenStanding } from './circuit-standings.ts';

/** How long a circuit takes, in seconds, from claim to settlement. */
export type SecondsOfCircuit = (circuit: NativeCircuit) => number;

/** The longest chain of jobs that must follow one another until the root is proven. */
export interface PathLeft {
  /** The time of the chain if each of its jobs found an idle agent at once. */
  readonly seconds: number;
  /** The chain, first job first; the root is last. Empty when the root is proven. */
  readonly circuits: readonly NativeCircuit[];
}

/**
 * The critical path of an epoch: at the start, and what is left of it as jobs are asked for and proven.
 *
 * How many jobs of each circuit were asked for is known, and not where in the tree they are. So what is left is the longest
 * path over every way in which they fit into it: never too short, and never longer after a job is asked for or settled than
 * before. A job is asked for only when its children are proven, so all jobs on the way up from one that was not asked for
 * were not asked for either: it can only be at a place with no more jobs of its circuit on that way than there are such jobs.
 */
export class CriticalPath {
  readonly full: PathLeft;
  readonly #secondsOf: SecondsOfCircuit;
  readonly #places: readonly Place[];
  readonly #expected: ReadonlyMap<NativeCircuit, number>;

  constructor(
    tree: ExpectedTree,
    secondsOf: SecondsOfCircuit = (circuit) => CIRCUIT_CATALOGUE[circuit].expectedSeconds,
  ) {
    this.#secondsOf = secondsOf;
    this.#places = placesFromRoot(tree);
    this.#expected = countByCircuit(tree.jobs);
    this.full = this.left(new Map());
  }

  /** What is left of the path. */
  left(standings: CircuitStandings): PathLeft {
    if (standings.entries().some(([circuit, { proven }]) => isRoot(circuit) && proven > 0)) {
      return { seconds: 0, circuits: [] };
    }
    const tallies = new Map(
      [...this.#expected].map(([circuit, expected]) => [
        circuit,
        this.#tally(circuit, expected, standings.get(circuit)),
      ]),
    );
    const wayFromOpen = new Map<Place, WayUp>();
    let longest: WayUp | undefined;
    for (const place of this.#places) {
      let above: WayUp | undefined;
      for (const parent of place.possibleParents) above = longer(above, wayFromOpen.get(parent));
      // The job above it was asked for, so it is proven.
      if (above === undefined && place.possibleParents.length > 0) continue;

      const { notAsked, secondsLeft } = tallies.get(place.circuit) as Tally;
      const isOpen = notAsked >= (place.jobsToRoot.get(place.circuit) as number);
      // A place that may be open counts in full, any other as the job of its circuit that has the most time left.
      const ownSeconds = isOpen ? this.#secondsOf(place.circuit) : secondsLeft;
      if (ownSeconds === undefined) continue;
      const way = { circuit: place.circuit, seconds: ownSeconds + (above?.seconds ?? 0), above };
      if (isOpen) wayFromOpen.set(place, way);
      longest = longer(way, longest);
    }
    return { seconds: longest?.seconds ?? 0, circuits: circuitsOf(longest) };
  }

  #tally(circuit: NativeCircuit, expected: number, standing: CircuitStanding | undefined): Tally {
    if (standing === undefined) return { notAsked: expected, secondsLeft: undefined };
    const seconds = this.#secondsOf(circuit);
    const open: readonly OpenStanding[] = [standing, ...(standing.moved?.values() ?? [])];
    const rests = open.flatMap(({ waiting, runningForSeconds }) => [
      ...(waiting > 0 ? [seconds] : []),
      ...runningForSeconds.map((spent) => Math.max(0, seconds - spent)),
    ]);
    const asked = open.reduce((sum, each) => sum + each.waiting + each.runningForSeconds.length, standing.proven);
    return {
      notAsked: expected - asked,
      secondsLeft: rests.length === 0 ? undefined : rests.reduce((most, rest) => Math.max(most, rest)),
    };
  }
}

/** Of one circuit: jobs that were not asked for, and the most time that any job under way has left; 0 for one that exceeds its time. */
interface Tally {
  readonly notAsked: number;
  readonly secondsLeft: number | undefined;
}

/** A job and all jobs that follow it up to the root. */
interface WayUp {
  readonly circuit: NativeCircuit;
  /** The time of the job and all jobs above it. */
  readonly seconds: number;
  readonly above: WayUp | undefined;
}

function longer(left: WayUp | undefined, right: WayUp | undefined): WayUp | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return right.seconds > left.seconds ? right : left;
}

function circuitsOf(way: WayUp | undefined): NativeCircuit[] {
  const circuits: NativeCircuit[] = [];
  for (let step = way; step !== undefined; step = step.above) circuits.push(step.circuit);
  return circuits;
}
