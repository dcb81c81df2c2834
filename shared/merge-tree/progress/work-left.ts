import type { Pool } from '../../proving-job/circuit-family.ts';
import { CIRCUIT_CATALOGUE, type CircuitName, type NativeCircuit } from '../../proving-job/circuit-catalogue.ts';
import { chainsAbove } from './chains-above.ts';
import type { CircuitStanding, CircuitStandings, OpenStanding } from './circuit-standings.ts';
import type { ExpectedTree } from '../expected/expected-tree.ts';
import type { JobSeconds } from './learned-durations.ts';

/** What an epoch still needs of one pool. Seconds are those of one slot: an agent proves one job in each of its slots. */
export interface PoolLoad {
  /** All that is left: the rest of running jobs, waiting jobs, and jobs not asked for yet. */
  readonly workSeconds: number;
  /** The part of it that could start at once. */
  readonly waitingSeconds: number;
  readonly runningJobs: number;
  readonly waitingJobs: number;
  /**
   * Slots that would have work throughout the pool's start-up time: running jobs, waiting jobs, and those that become
   * ready within it. With more slots some would idle; with fewer, jobs would wait before new agents are up.
   */
  readonly usableSlots: number;
  /** The time of the longest job left, taken to be as slow as one in twenty. */
  readonly longestSeconds: number;
  /** `workSeconds` in parts, by the work that must follow each; in no order. */
  readonly bands: readonly WorkBand[];
  /**
   * Of waiting jobs in the `urgent` lane: those that jobs of another epoch wait behind. Its other jobs were sent after those of
   * an epoch that ended before. @default all that it has asked for, of an epoch whose jobs do not come in the order of epochs
   */
  readonly urgentWaitingSeconds?: number;
  /** The part of it that nobody has asked for yet, of an epoch whose tree is not known. @default none */
  readonly forecast?: ForecastLoad;
}

/** Work that is forecast, in seconds of one slot. */
export interface ForecastLoad {
  /** Arrives in the course of the epoch, about evenly. */
  readonly arrivingSeconds: number;
  /** Of the top tree: it arrives when the epoch ends. */
  readonly burstSeconds: number;
}

/** Work with about the same way to the root above it. */
export interface WorkBand {
  readonly workSeconds: number;
  /** The longest chain of jobs that must follow the last of it. */
  readonly aboveSeconds: number;
  /** Until none of it can be there. @default 0 */
  readonly fromSeconds?: number;
}

/** The agents of a pool. */
export interface PoolSlots {
  /** Jobs that its agents can prove at the same time. */
  readonly slots: number;
  readonly startUpSeconds: number;
}

export interface WorkLeftOptions {
  readonly secondsOf: (circuit: NativeCircuit, pool: Pool) => JobSeconds;
  readonly slotsOf: (pool: Pool) => PoolSlots;
  /** Until its first jobs can arrive, for an epoch that still grows. @default 0 */
  readonly startsInSeconds?: number;
}

/** The share of its time that a job over its time is taken to have left. */
const OVERDUE_SHARE = 0.1;
/** The start of a job that is not expected to become ready. */
const NEVER = Infinity;

const NONE: CircuitStanding = { proven: 0, runningForSeconds: [], waiting: 0 };

/**
 * What is left of an epoch, by pool.
 *
 * Counts by circuit are enough for the amount of work. When jobs become ready depends on which are done: agents take
 * them roughly in the order of the tree, so the first ones of each circuit count as done.
 */
export class WorkLeft {
  /** The longest chain that must follow the jobs of a circuit: the circuits up to the root, parent first. */
  readonly chainsAbove: ReadonlyMap<CircuitName, readonly NativeCircuit[]>;
  readonly #circuits: readonly NativeCircuit[];
  /** The circuit of each job, as an index into `#circuits`. */
  readonly #circuitOf: readonly number[];
  readonly #childrenOf: readonly (readonly number[])[];
  readonly #expected: readonly number[];

  constructor(tree: ExpectedTree) {
    const { jobs } = tree;
    const circuits = [...new Set(jobs.map(({ circuit }) => circuit))];
    const indexOf = new Map(circuits.map((circuit, index) => [circuit, index]));
    const expected = circuits.map(() => 0);
    this.#circuits = circuits;
    this.#circuitOf = jobs.map(({ circuit }) => indexOf.get(circuit) as number);
    this.#childrenOf = jobs.map(({ children }) => children);
    for (const circuit of this.#circuitOf) expected[circuit] = (expected[circuit] as number) + 1;
    this.#expected = expected;
    this.chainsAbove = chainsAbove(tree);
  }

  /** By pool; pools that the epoch no longer needs are absent. */
  byPool(standings: CircuitStandings, options: WorkLeftOptions): Partial<Record<Pool, PoolLoad>> {
    const soon = this.#becomingReady(standings, options);
    const loads: Partial<Record<Pool, PoolLoad>> = {};
    for (const [index, circuit] of this.#circuits.entries()) {
      const { pool } = CIRCUIT_CATALOGUE[circuit];
      const standing = standings.get(circuit) ?? NONE;
      const notAsked = Math.max(0, (this.#expected[index] as number) - standing.proven - countOf(openOf(standing)));
      const above = this.chainsAbove.get(circuit) as readonly NativeCircuit[];
      const aboveSeconds = sumOf(above.map((parent) => secondsIn(parent, options).mean));
      const ofPool = { ...standing, notAsked, becomingReady: soon.get(circuit) ?? 0 };
      const moved = [...(standing.moved ?? [])].map(([larger, open]) => [larger, { ...NONE_ASKED, ...open }] as const);
      for (const [inPool, jobs] of [[pool, ofPool] as const, ...moved]) {
        if (countOf(jobs) + jobs.notAsked === 0) continue;
        const load = loadOf(jobs, options.secondsOf(circuit, inPool), options.slotsOf(inPool), aboveSeconds);
        loads[inPool] = sumOfLoads(load, loads[inPool]);
      }
    }
    return loads;
  }

  /** Jobs not asked for yet that become ready within the start-up time of their pool, by circuit. */
  #becomingReady(
    standings: CircuitStandings,
    { secondsOf, slotsOf, startsInSeconds = 0 }: WorkLeftOptions,
  ): Map<NativeCircuit, number> {
    const lines = new Map<Pool, WaitingLine>();
    const kinds = this.#circuits.map((circuit): Kind => {
      const { pool } = CIRCUIT_CATALOGUE[circuit];
      const line = lines.get(pool) ?? { ...slotsOf(pool), jobs: 0 };
      lines.set(pool, line);
      const { proven, ...open } = standings.get(circuit) ?? NONE;
      return { circuit, line, seconds: secondsOf(circuit, pool), seen: 0, proven, ...openOf(open) };
    });

    const soon = new Map<NativeCircuit, number>();
    const doneAt: number[] = [];
    for (const [job, index] of this.#circuitOf.entries()) {
      const kind = kinds[index] as Kind;
      const asked = doneAtSeconds(kind);
      if (asked !== undefined) {
        doneAt.push(asked);
        continue;
      }
      let readyAt = startsInSeconds;
      for (const child of this.#childrenOf[job] as readonly number[]) {
        readyAt = Math.max(readyAt, doneAt[child] as number);
      }
      if (readyAt <= kind.line.startUpSeconds) soon.set(kind.circuit, (soon.get(kind.circuit) ?? 0) + 1);
      doneAt.push(readyAt + kind.seconds.mean);
    }
    return soon;
  }
}

/** The jobs of one circuit that one pool has to prove. */
export interface JobsOfPool extends OpenStanding {
  readonly notAsked: number;
  /** Those that become ready within the start-up time. */
  readonly becomingReady: number;
}

/** Of jobs that were all asked for. */
export const NONE_ASKED = { notAsked: 0, becomingReady: 0 };

/** What jobs of one circuit need of one pool. */
export function loadOf(
  { runningForSeconds, waiting, notAsked, becomingReady }: JobsOfPool,
  seconds: JobSeconds,
  { startUpSeconds }: PoolSlots,
  aboveSeconds: number,
): PoolLoad {
  const rests = runningForSeconds.map((spent) => restOf(seconds, spent));
  const usable = sumOf(rests.map((rest) => Math.min(1, rest / startUpSeconds)));
  const ready = (waiting + becomingReady) * Math.min(1, seconds.mean / startUpSeconds);
  const workSeconds = sumOf(rests) + (waiting + notAsked) * seconds.mean;
  return {
    workSeconds,
    waitingSeconds: waiting * seconds.mean,
    runningJobs: runningForSeconds.length,
    waitingJobs: waiting,
    usableSlots: usable + ready,
    longestSeconds: seconds.p95,
    bands: [{ workSeconds, aboveSeconds }],
  };
}

/** The sum of two loads of one pool. */
export function sumOfLoads(load: PoolLoad, known: PoolLoad | undefined): PoolLoad {
  if (known === undefined) return load;
  return {
    workSeconds: known.workSeconds + load.workSeconds,
    waitingSeconds: known.waitingSeconds + load.waitingSeconds,
    runningJobs: known.runningJobs + load.runningJobs,
    waitingJobs: known.waitingJobs + load.waitingJobs,
    usableSlots: known.usableSlots + load.usableSlots,
    longestSeconds: Math.max(known.longestSeconds, load.longestSeconds),
    bands: [...known.bands, ...load.bands],
    ...(load.urgentWaitingSeconds !== undefined && {
      urgentWaitingSeconds: (known.urgentWaitingSeconds ?? 0) + load.urgentWaitingSeconds,
    }),
    ...(load.forecast !== undefined && { forecast: sumOfForecasts(load.forecast, known.forecast) }),
    ...(load.forecast === undefined && known.forecast !== undefined && { forecast: known.forecast }),
  };
}

function sumOfForecasts(forecast: ForecastLoad, known: ForecastLoad | undefined): ForecastLoad {
  if (known === undefined) return forecast;
  return {
    arrivingSeconds: known.arrivingSeconds + forecast.arrivingSeconds,
    burstSeconds: known.burstSeconds + forecast.burstSeconds,
  };
}

/** All open jobs of a circuit, in any pool. */
function openOf({ runningForSeconds, waiting, moved = new Map() }: Omit<CircuitStanding, 'proven'>): OpenStanding {
  const open = [{ runningForSeconds, waiting }, ...moved.values()];
  return {
    runningForSeconds: open.flatMap((each) => each.runningForSeconds),
    waiting: sumOf(open.map((each) => each.waiting)),
  };
}

function countOf({ runningForSeconds, waiting }: OpenStanding): number {
  return runningForSeconds.length + waiting;
}

function secondsIn(circuit: NativeCircuit, { secondsOf }: WorkLeftOptions): JobSeconds {
  return secondsOf(circuit, CIRCUIT_CATALOGUE[circuit].pool);
}

/** The jobs of a pool that wait, as they are met. */
interface WaitingLine extends PoolSlots {
  jobs: number;
}

interface Kind extends CircuitStanding {
  readonly circuit: NativeCircuit;
  readonly line: WaitingLine;
  readonly seconds: JobSeconds;
  /** Jobs of the circuit that were met. */
  seen: number;
}

/** When the next job of the circuit is done, in seconds from now; `undefined` when it was not asked for. */
function doneAtSeconds(kind: Kind): number | undefined {
  const { line, seconds, proven, runningForSeconds, waiting } = kind;
  const place = kind.seen++;
  if (place < proven) return 0;
  const spent = runningForSeconds[place - proven];
  if (spent !== undefined) return restOf(seconds, spent);
  if (place - proven - runningForSeconds.length >= waiting) return undefined;
  if (line.slots === 0) return NEVER;
  line.jobs += 1;
  return Math.ceil(line.jobs / line.slots) * seconds.mean;
}

function restOf({ mean }: JobSeconds, spentSeconds: number): number {
  return Math.max(mean - spentSeconds, mean * OVERDUE_SHARE);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
