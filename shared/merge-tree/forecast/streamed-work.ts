import { isRootProven } from '../../ledger/job-tally.ts';
import {
  type CircuitName,
  circuitOf,
  circuitsOfVersion,
  isRoot,
  levelOf,
  levelsOf,
} from '../../proving-job/circuit-catalogue.ts';
import type { Pool } from '../../proving-job/circuit-family.ts';
import type { CircuitStandings, OpenStanding } from '../progress/circuit-standings.ts';
import type { JobSeconds } from '../progress/learned-durations.ts';
import { loadOf, NONE_ASKED, type PoolLoad, type PoolSlots, sumOfLoads } from '../progress/work-left.ts';
import { type JobsToCome, NOTHING_TO_COME } from './jobs-to-come.ts';
import { LevelsAbove } from './levels-above.ts';
import { SEEN_SECONDS } from './stream-clock.ts';

export interface StreamedWorkOptions {
  readonly secondsOf: (circuit: CircuitName, pool: Pool) => JobSeconds;
  readonly slotsOf: (pool: Pool) => PoolSlots;
}

/** What is expected of an epoch beside the jobs that it has. */
export interface StreamForecast {
  readonly toCome: JobsToCome;
  /** Until its last slot is over; negative after that. */
  readonly endsInSeconds: number;
}

const NO_FORECAST: StreamForecast = { toCome: NOTHING_TO_COME, endsInSeconds: 0 };
/** On each step of a way up: the node's poll, the queue, and the wait for an agent that proves something else. */
const STEP_SECONDS = 20;
/** How long agents wait for a node to ask for the top tree. */
const LATE_SECONDS = 120;
/** Decisions are up to a minute apart, so agents for the top tree are ordered by the last one that is early enough. */
export const DECISION_SECONDS = 60;

/**
 * What is left of an epoch that streams: the jobs that it has, and those that are forecast. Nobody knows its tree, so the way
 * up from a job to the root has one job of each level above, the slowest of that level, and of merges as many as their number
 * implies.
 */
export class StreamedWork {
  readonly #networkVersion: string;
  readonly #secondsOf: (circuit: CircuitName) => number;
  readonly #forecast: StreamForecast;
  /** Of Aztec's levels, bottom to top: how many jobs of the level are on one way up, and the seconds of all of them. */
  readonly #levels: readonly { readonly jobs: number; readonly seconds: number }[];

  /**
   * @param secondsOf how long a circuit takes, from claim to settlement. @default the catalogue's times
   * @param standings the jobs that it has: their number says how deep its merges are. @default one merge on each level
   */
  constructor(
    networkVersion: string,
    secondsOf: (circuit: CircuitName) => number = (circuit) => circuitOf(circuit, networkVersion).expectedSeconds,
    forecast: StreamForecast = NO_FORECAST,
    standings: CircuitStandings = new Map(),
  ) {
    this.#networkVersion = networkVersion;
    this.#secondsOf = secondsOf;
    this.#forecast = forecast;
    const circuits = circuitsOfVersion(networkVersion);
    const depths = new LevelsAbove(standings, forecast.toCome);
    this.#levels = levelsOf('aztec').map((level) => {
      const jobs = depths.of(level);
      const slowest = Math.max(0, ...circuits.filter((circuit) => levelOf(circuit) === level).map(secondsOf));
      return { jobs, seconds: jobs * slowest };
    });
  }

  /** The longest chain that must follow a job of the circuit, in seconds. An unknown circuit may be below all others. */
  aboveSeconds(circuit: CircuitName): number {
    return this.#levelsAbove(circuit).reduce((sum, { seconds }) => sum + seconds, 0);
  }

  /**
   * The longest chain from any job that is open or to come to the root, in seconds from now; 0 when there is none. While the
   * epoch lasts, its last checkpoint and its top tree wait for its end.
   */
  pathSeconds(standings: CircuitStandings): number {
    const isDone = isRootProven(standings);
    const { toCome } = this.#forecast;
    const endsInSeconds = Math.max(0, this.#forecast.endsInSeconds);
    const wayFrom = (circuit: CircuitName): number =>
      this.#secondsOf(circuit) + (isDone ? 0 : this.aboveSeconds(circuit));
    const open = [...standings]
      .filter(([, standing]) => openJobs([standing, ...(standing.moved?.values() ?? [])]) > 0)
      .map(([circuit]) => wayFrom(circuit));
    const later = [...toCome.ofCheckpoints.keys(), ...toCome.ofTop.keys()].map(
      (circuit) => endsInSeconds + wayFrom(circuit),
    );
    return Math.max(0, ...open, ...later);
  }

  /** The load of each pool; pools that have no job, and are expected to have none, are absent. */
  byPool(standings: CircuitStandings, options: StreamedWorkOptions): Partial<Record<Pool, PoolLoad>> {
    const loads: Partial<Record<Pool, PoolLoad>> = {};
    const add = (pool: Pool, load: PoolLoad): void => {
      loads[pool] = sumOfLoads(load, loads[pool]);
    };
    for (const [circuit, standing] of standings) {
      const own = [this.#poolOf(circuit), standing] as const;
      for (const [pool, open] of [own, ...(standing.moved ?? [])]) {
        if (openJobs([open]) === 0) continue;
        const jobs = { ...NONE_ASKED, ...open };
        const seconds = options.secondsOf(circuit, pool);
        const load = loadOf(jobs, seconds, options.slotsOf(pool), this.#plannedAboveSeconds(circuit));
        add(pool, { ...load, urgentWaitingSeconds: this.#isUrgent(circuit) ? load.waitingSeconds : 0 });
      }
    }
    const { ofCheckpoints, ofTop } = this.#forecast.toCome;
    for (const [circuit, jobs] of ofCheckpoints) add(this.#poolOf(circuit), this.#arriving(circuit, jobs, options));
    for (const [circuit, jobs] of ofTop) add(this.#poolOf(circuit), this.#burst(circuit, jobs, options, standings));
    return loads;
  }

  #levelsAbove(circuit: CircuitName): readonly { readonly jobs: number; readonly seconds: number }[] {
    return this.#levels.slice(levelsOf('aztec').indexOf(levelOf(circuit)) + 1);
  }

  /** The chain above, with the waits on its way: work is planned to be done that long before the root. */
  #plannedAboveSeconds(circuit: CircuitName): number {
    return this.#levelsAbove(circuit).reduce((sum, { jobs, seconds }) => sum + seconds + jobs * STEP_SECONDS, 0);
  }

  #isUrgent(circuit: CircuitName): boolean {
    return circuitOf(circuit, this.#networkVersion).lane === 'urgent';
  }

  #poolOf(circuit: CircuitName): Pool {
    return circuitOf(circuit, this.#networkVersion).pool;
  }

  /** Jobs that come evenly until the epoch ends. After that they are those that wait for jobs below them. */
  #arriving(circuit: CircuitName, jobs: number, options: StreamedWorkOptions): PoolLoad {
    const load = this.#notAsked(circuit, jobs, options);
    return { ...load, forecast: { arrivingSeconds: load.workSeconds, burstSeconds: 0 } };
  }

  /**
   * Jobs of the top tree. The first are ready when the epoch ends: those above checkpoints that are proven by then. Merges come
   * as those are proven, and the root when all below it is: an agent that is there does not go shortly before.
   */
  #burst(circuit: CircuitName, jobs: number, options: StreamedWorkOptions, standings: CircuitStandings): PoolLoad {
    const { endsInSeconds } = this.#forecast;
    const pool = this.#poolOf(circuit);
    const { startUpSeconds } = options.slotsOf(pool);
    const load = this.#notAsked(circuit, jobs, options);
    const readyJobs = Math.min(jobs, this.#readySoon(circuit, jobs, startUpSeconds, standings));
    return {
      ...load,
      usableSlots: readyJobs * Math.min(1, options.secondsOf(circuit, pool).mean / startUpSeconds),
      bands: load.bands.map((band) => ({ ...band, fromSeconds: Math.max(0, endsInSeconds) })),
      forecast: { arrivingSeconds: 0, burstSeconds: load.workSeconds },
    };
  }

  /** How many of the top tree's jobs of that circuit an agent ordered now would find ready. */
  #readySoon(circuit: CircuitName, jobs: number, startUpSeconds: number, standings: CircuitStandings): number {
    const { endsInSeconds } = this.#forecast;
    if (isRoot(circuit)) return this.pathSeconds(standings) - this.#secondsOf(circuit) <= startUpSeconds ? 1 : 0;
    if (levelOf(circuit) === MERGES_OF_TOP) return runningOn(FIRST_OF_TOP, standings);
    const beginsInSeconds = endsInSeconds + SEEN_SECONDS;
    const isNear = beginsInSeconds <= startUpSeconds + DECISION_SECONDS && beginsInSeconds > -LATE_SECONDS;
    return levelOf(circuit) === FIRST_OF_TOP && isNear ? jobs * this.#provenShare(standings) : 0;
  }

  /** Of the work of the epoch's checkpoints, the part that is proven. */
  #provenShare(standings: CircuitStandings): number {
    const secondsOf = (count: (circuit: CircuitName) => number, circuits: Iterable<CircuitName>): number =>
      [...circuits].reduce((sum, circuit) => sum + count(circuit) * this.#secondsOf(circuit), 0);
    const proven = secondsOf((circuit) => standings.get(circuit)?.proven ?? 0, standings.keys());
    const open = secondsOf((circuit) => {
      const standing = standings.get(circuit);
      return standing === undefined ? 0 : openJobs([standing, ...(standing.moved?.values() ?? [])]);
    }, standings.keys());
    const { ofCheckpoints } = this.#forecast.toCome;
    const coming = secondsOf((circuit) => ofCheckpoints.get(circuit) ?? 0, ofCheckpoints.keys());
    return proven / Math.max(1, proven + open + coming);
  }

  #notAsked(circuit: CircuitName, jobs: number, { secondsOf, slotsOf }: StreamedWorkOptions): PoolLoad {
    const pool = this.#poolOf(circuit);
    const standing = { runningForSeconds: [], waiting: 0, notAsked: jobs, becomingReady: 0 };
    const load = loadOf(standing, secondsOf(circuit, pool), slotsOf(pool), this.#plannedAboveSeconds(circuit));
    return { ...load, urgentWaitingSeconds: 0 };
  }
}

const FIRST_OF_TOP = 'checkpoint roots';
const MERGES_OF_TOP = 'checkpoint merges';

/** Jobs of the level that agents are proving. */
function runningOn(level: string, standings: CircuitStandings): number {
  const onLevel = [...standings].filter(([circuit]) => levelOf(circuit) === level);
  return onLevel.reduce((sum, [, { runningForSeconds }]) => sum + runningForSeconds.length, 0);
}

function openJobs(standings: readonly OpenStanding[]): number {
  return standings.reduce((sum, { waiting, runningForSeconds }) => sum + waiting + runningForSeconds.length, 0);
}
