import { type CircuitName, circuitOf, precedenceOf } from '../../proving-job/circuit-catalogue.ts';
import { Pool } from '../../proving-job/circuit-family.ts';
import type { AgentsAhead } from './agents-ahead.ts';
import { blockingChain, type ChainStep } from './blocking-chain.ts';
import { Chance } from './chance.ts';
import { scaledAgents } from './scaled-agents.ts';
import { type Schedule, simulateWork, type WorkPlan } from './simulate-work.ts';
import { drawRest, drawSeconds, type UsualTimes, usualRest } from './usual-times.ts';
import type { JobAhead, WorkAhead } from './work-ahead.ts';

/** An epoch that is being proven. */
export interface EpochAhead {
  readonly work: WorkAhead;
  readonly times: UsualTimes;
  /** Until its root must be proven to be mined in time; `undefined` where no window is known. */
  readonly secondsLeft: number | undefined;
}

/**
 * The order in which agents take jobs: `epochs`, one epoch after the other, and of each what most of the tree waits for, as the
 * embedded queue has it; `lanes`, urgent ones of any epoch first, and of each lane the oldest, as SQS does about.
 */
export type QueueOrder = 'epochs' | 'lanes';

export interface PredictionInput {
  /** The nearest deadline first. */
  readonly epochs: readonly EpochAhead[];
  readonly agents: AgentsAhead;
  readonly order: QueueOrder;
  /** From a job's last child to its place in the queue. */
  readonly hopSeconds: number;
}

/** When the root will be proven, in seconds from now; infinite where agents are lacking. */
export interface RootRange {
  /** One in ten is earlier. */
  readonly early: number;
  /** As likely later as earlier. */
  readonly likely: number;
  /** One in ten is later. */
  readonly late: number;
}

export interface EpochPrediction {
  readonly rootInSeconds: RootRange;
  /** Of a root in time, 0 to 1; `undefined` where no window is known. */
  readonly chanceInTime: number | undefined;
  /** Pools that have jobs left and neither agents nor any to come. */
  readonly lacking: readonly Pool[];
  /** What the root waits for, job by job, as things usually go. The root is last; empty when it is proven. */
  readonly chain: readonly ChainStep[];
}

/** Jobs that are played through for one prediction: it takes about as long for an epoch of any size. */
const JOBS_PLAYED = 200_000;
const FEWEST_RUNS = 12;
const MOST_RUNS = 200;
/** How far all jobs of a fleet may be off at once: its machines share their load. */
const FLEET_DOUBT = 0.08;
const SEED = 1;

/**
 * Predicts when the epochs' roots are proven: plays the work that is left through many times, on the agents that there are
 * and will be, with times drawn from those that jobs have taken. Pure: the same input gives the same prediction.
 */
export function predictEpochs(input: PredictionInput): readonly EpochPrediction[] {
  const plan = new Plan(input);
  const agents = scaledAgents(input.agents, (tried) => plan.lateChain(tried));
  const runs = Math.max(FEWEST_RUNS, Math.min(MOST_RUNS, Math.round(JOBS_PLAYED / Math.max(1, plan.jobs.length))));
  const chance = new Chance(SEED);
  const roots = input.epochs.map(() => new Float64Array(runs));
  for (let run = 0; run < runs; run += 1) {
    const { endAt } = plan.play(plan.drawSeconds(chance), agents);
    roots.forEach((ofEpoch, epoch) => (ofEpoch[run] = plan.rootAt(endAt, epoch)));
  }
  const usual = plan.play(plan.usualSeconds(), agents);
  return input.epochs.map(({ work, secondsLeft }, epoch) => {
    const sorted = (roots[epoch] as Float64Array).sort();
    const at = (share: number): number => sorted[Math.min(runs - 1, Math.floor(share * runs))] as number;
    const inTime = secondsLeft === undefined ? undefined : sorted.filter((root) => root <= secondsLeft).length / runs;
    return {
      rootInSeconds: { early: at(0.1), likely: at(0.5), late: at(0.9) },
      chanceInTime: work.jobs.length === 0 && secondsLeft !== undefined ? Number(secondsLeft >= 0) : inTime,
      lacking: lackingPools(work.jobs, usual, plan.firstOf(epoch)),
      chain: blockingChain(work.jobs, usual, plan.firstOf(epoch)),
    };
  });
}

/** When the root of an epoch is proven as things usually go, in seconds from now; infinite where agents are lacking. */
export function usualRootSeconds(input: PredictionInput, epoch: number): number {
  const plan = new Plan(input);
  const agents = scaledAgents(input.agents, (tried) => plan.lateChain(tried));
  return plan.rootAt(plan.play(plan.usualSeconds(), agents).endAt, epoch);
}

/** The jobs of all epochs, one epoch after the other. */
class Plan {
  readonly jobs: readonly JobAhead[];
  readonly #input: PredictionInput;
  readonly #firsts: readonly number[];
  readonly #plan: WorkPlan;
  /** By job, an index for each kind of job whose times are off together. */
  readonly #kinds: readonly number[];
  readonly #timesOfKind: readonly ReturnType<UsualTimes['of']>[];

  constructor(input: PredictionInput) {
    this.#input = input;
    const { epochs } = input;
    this.jobs = epochs.flatMap(({ work }) => work.jobs);
    const firsts: number[] = [];
    let first = 0;
    for (const { work } of epochs) {
      firsts.push(first);
      first += work.jobs.length;
    }
    this.#firsts = firsts;
    const kinds = new Map<string, number>();
    const timesOfKind: ReturnType<UsualTimes['of']>[] = [];
    this.#kinds = epochs.flatMap(({ work, times }) =>
      work.jobs.map(({ circuit, pool }) => {
        const key = `${work.networkVersion} ${circuit} ${pool}`;
        const kind = kinds.get(key) ?? timesOfKind.push(times.of(circuit, pool)) - 1;
        kinds.set(key, kind);
        return kind;
      }),
    );
    this.#timesOfKind = timesOfKind;
    this.#plan = workPlan(this.jobs, firsts, input);
  }

  firstOf(epoch: number): number {
    return this.#firsts[epoch] as number;
  }

  play(seconds: Float64Array, agents: AgentsAhead): Schedule {
    return simulateWork(this.#plan, seconds, agents, this.#input.hopSeconds);
  }

  /** The chain of the first epoch whose root would come too late for the scaler, as things usually go. */
  lateChain(agents: AgentsAhead): readonly ChainStep[] | undefined {
    const usual = this.play(this.usualSeconds(), agents);
    const late = this.#input.epochs.findIndex(
      ({ secondsLeft = Infinity }, epoch) =>
        this.rootAt(usual.endAt, epoch) > secondsLeft - (agents.scaling?.reserveSeconds ?? 0),
    );
    const work = this.#input.epochs[late]?.work;
    return work && blockingChain(work.jobs, usual, this.firstOf(late));
  }

  /** When the epoch's root, its last job, is proven; 0 when nothing is left. */
  rootAt(endAt: Float64Array, epoch: number): number {
    const { length } = this.#input.epochs[epoch]?.work.jobs ?? [];
    return length === 0 ? 0 : (endAt[this.firstOf(epoch) + length - 1] as number);
  }

  drawSeconds(chance: Chance): Float64Array {
    const ofFleet = chance.around(FLEET_DOUBT);
    const factors = this.#timesOfKind.map(({ doubt }) => ofFleet * chance.around(doubt));
    return this.#secondsBy((kind, { state, runningSeconds }) => {
      const time = this.#timesOfKind[kind] as ReturnType<UsualTimes['of']>;
      const factor = factors[kind] as number;
      return state === 'running' ? drawRest(time, runningSeconds, factor, chance) : drawSeconds(time, factor, chance);
    });
  }

  usualSeconds(): Float64Array {
    return this.#secondsBy((kind, { state, runningSeconds }) => {
      const time = this.#timesOfKind[kind] as ReturnType<UsualTimes['of']>;
      return state === 'running' ? usualRest(time, runningSeconds) : time.meanSeconds;
    });
  }

  #secondsBy(secondsOf: (kind: number, job: JobAhead) => number): Float64Array {
    const seconds = new Float64Array(this.jobs.length);
    this.jobs.forEach((job, index) => (seconds[index] = secondsOf(this.#kinds[index] as number, job)));
    return seconds;
  }
}

function workPlan(jobs: readonly JobAhead[], firsts: readonly number[], { epochs, order }: PredictionInput): WorkPlan {
  const parents = jobs.map((): number[] => []);
  const childCounts = new Uint16Array(jobs.length);
  const ranks = new Float64Array(jobs.length);
  const notBeforeSeconds = new Float64Array(jobs.length);
  epochs.forEach(({ work }, epoch) => {
    const first = firsts[epoch] as number;
    const ranksOf = new Map<CircuitName, number>();
    work.jobs.forEach(({ circuit, children, state, notBeforeSeconds: notBefore }, index) => {
      const job = first + index;
      const rank = ranksOf.get(circuit) ?? rankOf(circuit, work.networkVersion, order, epoch);
      ranksOf.set(circuit, rank);
      ranks[job] = rank;
      if (state !== 'unasked') return;
      childCounts[job] = children.length;
      for (const child of children) parents[first + child]?.push(job);
      notBeforeSeconds[job] = notBefore;
    });
  });
  return {
    pools: Uint8Array.from(jobs, ({ pool }) => Pool.options.indexOf(pool)),
    ranks,
    isByTime: order === 'lanes',
    isRunning: Uint8Array.from(jobs, ({ state }) => Number(state === 'running')),
    childCounts,
    parents,
    notBeforeSeconds,
  };
}

/** Above every time in seconds, and every precedence. */
const NEXT_IN_LINE = 1e9;

function rankOf(circuit: CircuitName, networkVersion: string, order: QueueOrder, epoch: number): number {
  if (order === 'epochs') return epoch * NEXT_IN_LINE - precedenceOf(circuit, networkVersion);
  return circuitOf(circuit, networkVersion).lane === 'urgent' ? 0 : NEXT_IN_LINE;
}

/** The pools of jobs that become ready and never start. */
function lackingPools(jobs: readonly JobAhead[], { readyAt, startAt }: Schedule, first: number): readonly Pool[] {
  const lacking = new Set<Pool>();
  jobs.forEach(({ pool }, index) => {
    if (readyAt[first + index] !== Infinity && startAt[first + index] === Infinity) lacking.add(pool);
  });
  return Pool.options.filter((pool) => lacking.has(pool));
}
