import { Pool } from '../../proving-job/circuit-family.ts';
import type { AgentsAhead, AgentSlots } from './agents-ahead.ts';
import { TimeHeap } from './time-heap.ts';

/** Jobs of all epochs in one plan, as arrays by job. */
export interface WorkPlan {
  /** Index into `Pool.options`. */
  readonly pools: Uint8Array;
  /** The job that goes first has the lowest. */
  readonly ranks: Float64Array;
  /** Whether jobs of one rank go by when they were asked for, and else by their place here. */
  readonly isByTime: boolean;
  readonly isRunning: Uint8Array;
  /** How many jobs must be proven before the node asks for it. */
  readonly childCounts: Uint16Array;
  readonly parents: readonly (readonly number[])[];
  /** Before this, the node does not ask for it, in seconds from now. */
  readonly notBeforeSeconds: Float64Array;
}

/** When each job starts and ends, in seconds from now; infinite where it never does. */
export interface Schedule {
  readonly readyAt: Float64Array;
  readonly startAt: Float64Array;
  readonly endAt: Float64Array;
  /** The child that was proven last; -1 for a job that waited for none. */
  readonly lastChild: Int32Array;
}

/**
 * Plays the rest of the work through once: each free slot takes the first job in line that it can prove, and every job takes the
 * given time.
 * @param seconds by job; of a running one, what it has left
 * @param hopSeconds from a job's last child to its place in line
 */
export function simulateWork(
  plan: WorkPlan,
  seconds: Float64Array,
  { slots, scaling }: AgentsAhead,
  hopSeconds: number,
): Schedule {
  const jobs = plan.pools.length;
  const schedule: Schedule = {
    readyAt: new Float64Array(jobs).fill(Infinity),
    startAt: new Float64Array(jobs).fill(Infinity),
    endAt: new Float64Array(jobs).fill(Infinity),
    lastChild: new Int32Array(jobs).fill(-1),
  };
  const { readyAt, startAt, endAt, lastChild } = schedule;
  const childrenLeft = Uint16Array.from(plan.childCounts);
  const kinds = new SlotKinds(slots);
  /** The kind of the slot that proves the job. */
  const kindOf = new Int32Array(jobs).fill(-1);
  const lines = Pool.options.map(() => new TimeHeap());
  /** Ends are numbered by job, then come what becomes ready, then what agents start. */
  const events = new TimeHeap();
  const arrivals: { readonly kind: number; readonly slots: number }[] = [];
  const started = new Set<number>();

  const arrive = (at: number, kind: number, count: number): void => {
    events.add(at, 2 * jobs + arrivals.length);
    arrivals.push({ kind, slots: count });
  };
  const begin = (job: number, kind: number, at: number): void => {
    startAt[job] = at;
    endAt[job] = at + (seconds[job] as number);
    kindOf[job] = kind;
    events.add(endAt[job], job);
  };
  const serve = (kind: number, at: number): void => {
    while (kinds.free(kind) > 0) {
      let best: TimeHeap | undefined;
      for (const pool of kinds.poolsOf(kind)) {
        const line = lines[pool] as TimeHeap;
        if (line.size > 0 && (best === undefined || line.firstTime < best.firstTime)) best = line;
      }
      const job = best?.removeFirst();
      if (job === undefined) return;
      kinds.take(kind);
      begin(job, kind, at);
    }
  };
  const queue = (job: number, at: number): void => {
    readyAt[job] = at;
    const pool = plan.pools[job] as number;
    (lines[pool] as TimeHeap).add((plan.ranks[job] as number) + (plan.isByTime ? at : 0), job);
    for (const kind of kinds.ofPool(pool)) serve(kind, at);
    if (kinds.ofPool(pool).length > 0 || started.has(pool)) return;
    started.add(pool);
    if (scaling?.pools.includes(Pool.options[pool] as Pool) !== true) return;
    arrive(at + scaling.startUpSeconds, kinds.add([pool]), 1);
  };

  for (const [kind, { slots: count, inSeconds }] of slots.entries()) {
    if (inSeconds > 0) arrive(inSeconds, kinds.kindAt(kind), count);
    else kinds.give(kinds.kindAt(kind), count);
  }
  for (let job = 0; job < jobs; job += 1) {
    if (plan.isRunning[job] === 1) {
      readyAt[job] = 0;
      begin(job, kinds.occupy(plan.pools[job] as number), 0);
    } else if (childrenLeft[job] === 0) events.add(plan.notBeforeSeconds[job] as number, jobs + job);
  }
  for (let at = events.firstTime, event = events.removeFirst(); event !== undefined;) {
    if (event >= 2 * jobs) {
      const { kind, slots: count } = arrivals[event - 2 * jobs] as (typeof arrivals)[number];
      kinds.give(kind, count);
      serve(kind, at);
    } else if (event >= jobs) queue(event - jobs, at);
    else {
      for (const parent of plan.parents[event] as readonly number[]) {
        childrenLeft[parent] = (childrenLeft[parent] as number) - 1;
        if (childrenLeft[parent] !== 0) continue;
        lastChild[parent] = event;
        events.add(Math.max(at + hopSeconds, plan.notBeforeSeconds[parent] as number), jobs + parent);
      }
      const kind = kindOf[event] as number;
      kinds.give(kind, 1);
      serve(kind, at);
    }
    at = events.firstTime;
    event = events.removeFirst();
  }
  return schedule;
}

/** Slots by the pools that they serve. */
class SlotKinds {
  readonly #kinds: { readonly pools: readonly number[]; free: number }[] = [];
  readonly #byPool = Pool.options.map((): number[] => []);
  readonly #places: readonly number[];

  constructor(slots: readonly AgentSlots[]) {
    this.#places = slots.map(({ pools }) => this.add(pools.map((pool) => Pool.options.indexOf(pool))));
  }

  /** @returns the kind, which may be known already */
  add(pools: readonly number[]): number {
    const known = this.#kinds.findIndex((kind) => kind.pools.join() === pools.join());
    if (known >= 0) return known;
    const kind = this.#kinds.push({ pools, free: 0 }) - 1;
    for (const pool of pools) this.#byPool[pool]?.push(kind);
    return kind;
  }

  /** The kind of the slots that were given at that index. */
  kindAt(index: number): number {
    return this.#places[index] as number;
  }

  poolsOf(kind: number): readonly number[] {
    return this.#kinds[kind]?.pools ?? [];
  }

  ofPool(pool: number): readonly number[] {
    return this.#byPool[pool] as readonly number[];
  }

  free(kind: number): number {
    return this.#kinds[kind]?.free ?? 0;
  }

  give(kind: number, count: number): void {
    const known = this.#kinds[kind];
    if (known !== undefined) known.free += count;
  }

  take(kind: number): void {
    this.give(kind, -1);
  }

  /** Takes a slot for a job that runs: one of the agents that are known, or else one more that takes only its pool. */
  occupy(pool: number): number {
    const free = this.ofPool(pool)
      .filter((kind) => this.free(kind) > 0)
      .sort((a, b) => this.poolsOf(a).length - this.poolsOf(b).length);
    const [kind = this.add([pool])] = free;
    if (free.length > 0) this.take(kind);
    return kind;
  }
}
