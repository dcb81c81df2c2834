import { type PoolLoad, sumOfLoads, type WorkBand } from '../../../shared/merge-tree/progress/work-left.ts';
import type { Pool } from '../../../shared/proving-job/circuit-family.ts';
import type { EpochLoad, EpochOutlook, ScalingPolicy } from './fleet-state.ts';
import { endOf, endsInSeconds, HURRIED_SECONDS, larger, type Need, needOf, whileItGrows } from './slot-needs.ts';

/** What the plan needs to know about a pool, in slots. */
export interface PlanPool {
  readonly startUpSeconds: number;
  /** The price of a slot: its share of a Spot agent. */
  readonly dollarsPerHour: number;
  /** Slots of the agents that were ordered, up or not. */
  readonly ordered: number;
  /** Slots of the agents that are up. */
  readonly running: number;
}
export type PlanPools = ReadonlyMap<Pool, PlanPool>;

/** The slots for a pool, and why. */
export interface PoolPlan {
  readonly slots: number;
  /** The slots that the rest of the work needs once there are jobs for them. */
  readonly neededSlots: number;
  /** The slots that the deadlines need, of those that would have jobs: all others are there because they were there before. */
  readonly leastSlots: number;
  /** It has none by choice: its jobs are worth no agent yet. */
  readonly isPostponed: boolean;
  readonly reason: string;
}

/** Once this share of the margin is used up, every pool that the epoch still needs has an agent: no job waits for a start. */
const PRESSING_MARGIN_SHARE = 0.5;
/** A pool goes to sleep when it would otherwise idle for this many start-ups. */
const SLEEP_START_UPS = 3;
/** It wakes this many start-ups before it is needed: decisions are up to a minute apart. */
const WAKE_START_UPS = 2;

/**
 * The slots for each pool that has work: the fewest with which every epoch can be done a margin before its deadline.
 *
 * All of a pool's jobs that have at least a given path to the root above them must be done before that path begins. So for
 * every path above: slots ≥ their work / (time left − the path above). This is a lower bound, since pools also wait for one
 * another. It suffices because the plan is made every minute: work that falls behind has less time left and gets more slots,
 * and the margin is several times the start-up time of an agent.
 */
export function planSlots(
  epochs: readonly EpochLoad[],
  pools: PlanPools,
  policy: ScalingPolicy,
  nowMs: number,
): Map<Pool, PoolPlan> {
  const loads = totalLoads(epochs);
  const needed = new Map<Pool, Need>();
  const pressed = new Set<Pool>();
  for (const epoch of epochs) {
    const secondsLeft = timeForWork(epoch, pools, policy, nowMs) - policy.marginSeconds;
    const isPressed = secondsLeft + PRESSING_MARGIN_SHARE * policy.marginSeconds < epoch.pathSeconds;
    if (isPressed) {
      for (const pool of Object.keys(epoch.pools) as Pool[]) pressed.add(pool);
    }
    for (const [pool, bands] of workBefore(epoch, epochs, pools, policy, isPressed)) {
      const { startUpSeconds } = pools.get(pool) as PlanPool;
      const isHurried = isCheaper(pool, epoch, pools);
      const least = isHurried ? waitingNeed(epoch.pools[pool]) : 0;
      const given = needOf(bands, secondsLeft);
      const own = { ...given, slots: Math.max(given.slots, least), laterSlots: Math.max(given.laterSlots, least) };
      const need = whileItGrows(own, isHurried, epoch, loads.get(pool), startUpSeconds, nowMs);
      if (need.laterSlots > 0) needed.set(pool, larger(need, needed.get(pool) ?? need));
    }
  }

  const ended = totalLoads(epochs.filter((epoch) => endsInSeconds(epoch, nowMs) === 0));
  const plans = new Map<Pool, PoolPlan>();
  for (const [pool, need] of needed) {
    const { slots, laterSlots, tightestSeconds } = need;
    const load = loads.get(pool) as PoolLoad;
    const state = pools.get(pool) as PlanPool;
    const why = describeNeed(need, load);
    const isPressing = pressed.has(pool) || tightestSeconds < 2 * state.startUpSeconds;
    const usable = Math.ceil(load.usableSlots - 1e-9);
    const asked = isPressing ? Math.max(1, usable, load.runningJobs + load.waitingJobs) : usable;
    const idleSeconds = backlogElsewhere(pool, ended, pools, needed) - (ended.get(pool)?.workSeconds ?? 0);
    if (!isPressing && !need.isSteady && sleeps(load, state, idleSeconds)) {
      const reason = `${why}; another pool is busy for longer, so this one can wait`;
      plans.set(pool, { slots: 0, neededSlots: laterSlots, leastSlots: 0, isPostponed: true, reason });
    } else {
      const planned = Math.min(asked, Math.max(slots, state.ordered));
      plans.set(pool, {
        slots: planned,
        neededSlots: laterSlots,
        leastSlots: Math.min(asked, slots),
        isPostponed: planned === 0 && need.waits,
        reason: reasonOf(why, slots, asked, state),
      });
    }
  }
  return plans;
}

/**
 * Whether the pool is not the dearest that an epoch that streams needs. Then it does its work while the epoch lasts, and what
 * waits after that at once: jobs of the dearest pool that come one by one would cost more than agents here.
 */
function isCheaper(pool: Pool, { stream, pools: loads }: EpochLoad, pools: PlanPools): boolean {
  const prices = (Object.keys(loads) as Pool[]).map((other) => pools.get(other)?.dollarsPerHour ?? 0);
  return stream !== undefined && (pools.get(pool)?.dollarsPerHour ?? 0) < Math.max(...prices);
}

function waitingNeed(load: PoolLoad | undefined): number {
  return Math.ceil((load?.waitingSeconds ?? 0) / HURRIED_SECONDS);
}

function describeNeed({ workSeconds, tightestSeconds, waits }: Need, { forecast }: PoolLoad): string {
  const seconds = (forecast?.arrivingSeconds ?? 0) + (forecast?.burstSeconds ?? 0);
  const ofIt = seconds < 0.5 ? '' : `, and ${Math.round(seconds)} s forecast in all`;
  const why = `${Math.round(workSeconds)} s of work in ${Math.round(tightestSeconds)} s${ofIt}`;
  return waits ? `${why}; it waits until that keeps one more agent busy` : why;
}

function reasonOf(why: string, slots: number, asked: number, { ordered }: PlanPool): string {
  if (asked <= Math.max(slots, ordered)) return `${why}; only ${asked} would have jobs`;
  return ordered > slots ? `${why}; agents that have jobs stay` : why;
}

/** How much slack each epoch has with these slots, at the least. Sleeping pools are assumed to be up when they are needed. */
export function outlooksOf(
  epochs: readonly EpochLoad[],
  pools: PlanPools,
  slotsOf: (pool: Pool) => number,
  policy: ScalingPolicy,
  nowMs: number,
): EpochOutlook[] {
  return epochs.map((epoch) => {
    const ends = [...workBefore(epoch, epochs, pools, policy)].map(([pool, bands]) => endOf(bands, slotsOf(pool)));
    const seconds = Math.max(epoch.pathSeconds, ...ends);
    return { id: epoch.id, epoch: epoch.epoch, slackSeconds: timeForWork(epoch, pools, policy, nowMs) - seconds };
  });
}

/** Seconds until the deadline, less start-up and submission. */
function timeForWork(
  { deadlineAtMs, startsAtMs, pools: loads }: EpochLoad,
  pools: PlanPools,
  { submissionSeconds }: ScalingPolicy,
  nowMs: number,
): number {
  const startUps = [...pools].map(([pool, { startUpSeconds }]) => (loads[pool] === undefined ? 0 : startUpSeconds));
  const secondsLeft = (deadlineAtMs - Math.max(nowMs, startsAtMs)) / 1000;
  return secondsLeft - submissionSeconds - Math.max(0, ...startUps);
}

/**
 * The work of each pool that comes before the end of the epoch, the longest path above first: the epoch's own, that of
 * epochs with an earlier deadline, and the waiting and running jobs of later ones, because queues are first in, first out.
 */
function workBefore(
  epoch: EpochLoad,
  epochs: readonly EpochLoad[],
  pools: PlanPools,
  { workCushion }: ScalingPolicy,
  isPressed = false,
): Map<Pool, WorkBand[]> {
  const work = new Map<Pool, WorkBand[]>();
  for (const other of epochs) {
    for (const [pool, load] of Object.entries(other.pools) as [Pool, PoolLoad][]) {
      if (!pools.has(pool) || epoch.pools[pool] === undefined) continue;
      const isBehind = isPressed && hasLateJobs(epoch.pools[pool]);
      const bands = other.deadlineAtMs > epoch.deadlineAtMs ? [askedBand(load, isBehind)] : load.bands;
      const known = work.get(pool) ?? [];
      work.set(pool, known);
      for (const band of bands) {
        if (band.workSeconds > 0) known.push({ ...band, workSeconds: band.workSeconds * workCushion });
      }
    }
  }
  for (const bands of work.values()) bands.sort((left, right) => right.aboveSeconds - left.aboveSeconds);
  return work;
}

/** The jobs that an epoch with a later deadline has already asked for: they may come before all others. */
function askedBand(load: PoolLoad, isBehindAll: boolean): WorkBand {
  const { workSeconds, waitingSeconds, runningJobs, longestSeconds, bands } = load;
  const urgentWaitingSeconds = isBehindAll ? undefined : load.urgentWaitingSeconds;
  return {
    workSeconds: urgentWaitingSeconds ?? Math.min(workSeconds, waitingSeconds + runningJobs * longestSeconds),
    aboveSeconds: Math.max(0, ...bands.map(({ aboveSeconds }) => aboveSeconds)),
  };
}

/** A job in the `normal` lane that still waits when its epoch is pressed was sent again, and waits behind all others. */
function hasLateJobs(load: PoolLoad | undefined): boolean {
  return load?.urgentWaitingSeconds !== undefined && load.waitingSeconds > load.urgentWaitingSeconds;
}

function totalLoads(epochs: readonly EpochLoad[]): Map<Pool, PoolLoad> {
  const totals = new Map<Pool, PoolLoad>();
  for (const [pool, load] of epochs.flatMap((epoch) => Object.entries(epoch.pools) as [Pool, PoolLoad][])) {
    totals.set(pool, sumOfLoads(load, totals.get(pool)));
  }
  return totals;
}

/** For how long the busiest other pool will have jobs waiting: until then this pool holds up nothing. */
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
 * Whether a pool can sleep: one slot could do the rest of its work while another pool is busy anyway, so it is better to
 * start it once, later, than to keep it between jobs. This delays nothing: in the bound, each second in which some pool has
 * all its slots at work is charged to that pool.
 */
function sleeps(load: PoolLoad, { running, ordered, startUpSeconds }: PlanPool, idleSeconds: number): boolean {
  if (ordered > running) return false;
  if (ordered === 0) return idleSeconds > WAKE_START_UPS * startUpSeconds;
  return load.runningJobs + load.waitingJobs === 0 && idleSeconds > SLEEP_START_UPS * startUpSeconds;
}
