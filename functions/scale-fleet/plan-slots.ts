import type { PoolLoad } from '../../shared/merge-tree/work-left.ts';
import type { Pool } from '../../shared/proving-job/circuit-catalogue.ts';
import type { EpochLoad, EpochOutlook, ScalingPolicy } from './fleet-state.ts';

/** What the plan has to know of a pool, in slots. */
export interface PlanPool {
  readonly startUpSeconds: number;
  /** What a slot costs: its share of a Spot agent. */
  readonly dollarsPerHour: number;
  /** Slots of the agents that were ordered, up or not. */
  readonly ordered: number;
  /** Slots of the agents that are up. */
  readonly running: number;
}
export type PlanPools = ReadonlyMap<Pool, PlanPool>;

/** Slots for a pool, and why so many. */
export interface PoolPlan {
  readonly slots: number;
  /** Slots that the rest of the work needs, once there are jobs for so many. */
  readonly neededSlots: number;
  readonly reason: string;
}

/** With less time than this for work the fleet is as wide as the jobs are. */
const LEAST_SECONDS = 30;
/** A pool goes to sleep when it would idle for so many start-ups otherwise. */
const SLEEP_START_UPS = 3;
/** And wakes so many start-ups before it is needed: decisions are up to a minute apart. */
const WAKE_START_UPS = 2;

/**
 * Slots for each pool that has work: the cheapest numbers with which every epoch is done before its deadline less the margin.
 *
 * However a tree is worked off, as long as no slot idles while a job for it waits: at each moment the next job of the
 * chain that ends last either runs, or waits because all slots of its pool are taken. So the whole takes no longer than the
 * longest path plus, for each pool, its work over its slots. Of all numbers that keep this sum within the time left, those
 * in proportion to √(work / price) cost least.
 */
export function planSlots(
  epochs: readonly EpochLoad[],
  pools: PlanPools,
  policy: ScalingPolicy,
  nowMs: number,
): Map<Pool, PoolPlan> {
  const needed = new Map<Pool, { slots: number; budgetSeconds: number; workSeconds: number }>();
  for (const epoch of epochs) {
    const work = workBefore(epoch, epochs, pools, policy);
    const budgetSeconds = Math.max(LEAST_SECONDS, timeForWork(epoch, pools, policy, nowMs) - policy.marginSeconds);
    const weight = sumOf([...work].map(([pool, seconds]) => Math.sqrt(seconds * priceOf(pools, pool))));
    for (const [pool, workSeconds] of work) {
      const slots = Math.ceil((Math.sqrt(workSeconds / priceOf(pools, pool)) * weight) / budgetSeconds);
      if (slots > (needed.get(pool)?.slots ?? 0)) needed.set(pool, { slots, budgetSeconds, workSeconds });
    }
  }

  const loads = totalLoads(epochs);
  const plans = new Map<Pool, PoolPlan>();
  for (const [pool, { slots, budgetSeconds, workSeconds }] of needed) {
    const load = loads.get(pool) as PoolLoad;
    const state = pools.get(pool) as PlanPool;
    const why = `${Math.round(workSeconds)} s of work in ${Math.round(budgetSeconds)} s`;
    const isPressing = budgetSeconds < 2 * state.startUpSeconds;
    const usable = Math.ceil(load.usableSlots - 1e-9);
    const asked = isPressing ? Math.max(usable, load.runningJobs + load.waitingJobs) : usable;
    const idleSeconds = backlogElsewhere(pool, loads, pools, needed) - load.workSeconds;
    if (!isPressing && sleeps(load, state, idleSeconds)) {
      const reason = `${why}; another pool is busy for longer, so it can wait`;
      plans.set(pool, { slots: load.runningJobs, neededSlots: slots, reason });
    } else {
      plans.set(pool, {
        slots: Math.min(asked, Math.max(slots, state.ordered)),
        neededSlots: slots,
        reason: reasonOf(why, slots, asked, state),
      });
    }
  }
  return plans;
}

function reasonOf(why: string, slots: number, asked: number, { ordered }: PlanPool): string {
  if (asked <= Math.max(slots, ordered)) return `${why}; no more than ${asked} would have jobs`;
  return ordered > slots ? `${why}; those that have jobs to do stay` : why;
}

/** Whether each epoch makes it with the slots, at the latest. Pools that sleep are taken to be up when they are needed. */
export function outlooksOf(
  epochs: readonly EpochLoad[],
  pools: PlanPools,
  slotsOf: (pool: Pool) => number,
  policy: ScalingPolicy,
  nowMs: number,
): EpochOutlook[] {
  return epochs.map((epoch) => {
    const work = workBefore(epoch, epochs, pools, policy);
    const seconds = sumOf([...work].map(([pool, workSeconds]) => workSeconds / Math.max(1, slotsOf(pool))));
    return { epoch: epoch.epoch, slackSeconds: timeForWork(epoch, pools, policy, nowMs) - seconds };
  });
}

/** Seconds until the deadline that are neither start-up nor the longest path nor submission. */
function timeForWork(
  { deadlineAtMs, startsAtMs, pathSeconds, pools: loads }: EpochLoad,
  pools: PlanPools,
  { submissionSeconds }: ScalingPolicy,
  nowMs: number,
): number {
  const startUps = [...pools].map(([pool, { startUpSeconds }]) => (loads[pool] === undefined ? 0 : startUpSeconds));
  const secondsLeft = (deadlineAtMs - Math.max(nowMs, startsAtMs)) / 1000;
  return secondsLeft - submissionSeconds - pathSeconds - Math.max(0, ...startUps);
}

/**
 * Seconds of work by pool that are done before the epoch is: its own, that of epochs with an earlier deadline, and what
 * waits or runs of later ones, because queues go by the order in which jobs were asked for.
 */
function workBefore(
  epoch: EpochLoad,
  epochs: readonly EpochLoad[],
  pools: PlanPools,
  { workCushion }: ScalingPolicy,
): Map<Pool, number> {
  const work = new Map<Pool, number>();
  for (const other of epochs) {
    for (const [pool, load] of Object.entries(other.pools) as [Pool, PoolLoad][]) {
      if (!pools.has(pool) || epoch.pools[pool] === undefined) continue;
      const isLater = other.deadlineAtMs > epoch.deadlineAtMs;
      const seconds = isLater ? askedSeconds(load) : load.workSeconds;
      if (seconds > 0) work.set(pool, (work.get(pool) ?? 0) + seconds * workCushion);
    }
  }
  return work;
}

function askedSeconds({ workSeconds, waitingSeconds, runningJobs, longestSeconds }: PoolLoad): number {
  return Math.min(workSeconds, waitingSeconds + runningJobs * longestSeconds);
}

function totalLoads(epochs: readonly EpochLoad[]): Map<Pool, PoolLoad> {
  const totals = new Map<Pool, PoolLoad>();
  for (const [pool, load] of epochs.flatMap((epoch) => Object.entries(epoch.pools) as [Pool, PoolLoad][])) {
    const known = totals.get(pool);
    totals.set(pool, {
      workSeconds: load.workSeconds + (known?.workSeconds ?? 0),
      waitingSeconds: load.waitingSeconds + (known?.waitingSeconds ?? 0),
      runningJobs: load.runningJobs + (known?.runningJobs ?? 0),
      waitingJobs: load.waitingJobs + (known?.waitingJobs ?? 0),
      usableSlots: load.usableSlots + (known?.usableSlots ?? 0),
      longestSeconds: Math.max(load.longestSeconds, known?.longestSeconds ?? 0),
    });
  }
  return totals;
}

/** How long the busiest other pool will still have jobs waiting: until then this one holds up nothing. */
function backlogElsewhere(
  pool: Pool,
  loads: ReadonlyMap<Pool, PoolLoad>,
  pools: PlanPools,
  needed: ReadonlyMap<Pool, { readonly slots: number }>,
): number {
  const backlogs = [...loads].flatMap(([other, { waitingSeconds }]) => {
    const { running = 0 } = pools.get(other) ?? {};
    if (other === pool || running === 0) return [];
    return [waitingSeconds / Math.max(running, needed.get(other)?.slots ?? 0)];
  });
  return Math.max(0, ...backlogs);
}

/**
 * A pool whose rest one slot could do while another pool is busy anyway: better started once, later, for all of it, than
 * kept between one job and the next. That holds nothing up: in the bound, each second in which some pool has all its
 * slots at work is counted as that pool's.
 */
function sleeps(load: PoolLoad, { running, ordered, startUpSeconds }: PlanPool, idleSeconds: number): boolean {
  if (ordered > running) return false;
  if (ordered === 0) return idleSeconds > WAKE_START_UPS * startUpSeconds;
  return load.runningJobs + load.waitingJobs === 0 && idleSeconds > SLEEP_START_UPS * startUpSeconds;
}

function priceOf(pools: PlanPools, pool: Pool): number {
  return Math.max(pools.get(pool)?.dollarsPerHour ?? 0, 1e-6);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
