import { type PoolLoad, sumOfLoads, type WorkBand } from '../../../shared/merge-tree/progress/work-left.ts';
import type { Pool } from '../../../shared/proving-job/circuit-family.ts';
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
/** When so much of the margin is used up, every pool that the epoch still needs has an agent: no job waits for a start. */
const PRESSING_MARGIN_SHARE = 0.5;
/** A pool goes to sleep when it would idle for so many start-ups otherwise. */
const SLEEP_START_UPS = 3;
/** And wakes so many start-ups before it is needed: decisions are up to a minute apart. */
const WAKE_START_UPS = 2;

/**
 * Slots for each pool that has work: the fewest with which every epoch can be done before its deadline less the margin.
 *
 * Of a pool's jobs, those with a certain way to the root above them, or a longer one, must all be done before that way
 * begins. So for every way above: slots ≥ their work / (time left − the way above). This is what is needed at the least,
 * since pools also wait for one another. It is enough because it is asked every minute: what falls behind has less time
 * left, so it gets more slots, and the margin is several times what they take to start.
 */
export function planSlots(
  epochs: readonly EpochLoad[],
  pools: PlanPools,
  policy: ScalingPolicy,
  nowMs: number,
): Map<Pool, PoolPlan> {
  const needed = new Map<Pool, Need>();
  const pressed = new Set<Pool>();
  for (const epoch of epochs) {
    const secondsLeft = timeForWork(epoch, pools, policy, nowMs) - policy.marginSeconds;
    if (secondsLeft + PRESSING_MARGIN_SHARE * policy.marginSeconds < epoch.pathSeconds) {
      for (const pool of Object.keys(epoch.pools) as Pool[]) pressed.add(pool);
    }
    for (const [pool, bands] of workBefore(epoch, epochs, pools, policy)) {
      const need = needOf(bands, secondsLeft);
      if (need.slots > (needed.get(pool)?.slots ?? 0)) needed.set(pool, need);
    }
  }

  const loads = totalLoads(epochs);
  const plans = new Map<Pool, PoolPlan>();
  for (const [pool, { slots, tightestSeconds, workSeconds }] of needed) {
    const load = loads.get(pool) as PoolLoad;
    const state = pools.get(pool) as PlanPool;
    const why = `${Math.round(workSeconds)} s of work in ${Math.round(tightestSeconds)} s`;
    const isPressing = pressed.has(pool) || tightestSeconds < 2 * state.startUpSeconds;
    const usable = Math.ceil(load.usableSlots - 1e-9);
    const asked = isPressing ? Math.max(1, usable, load.runningJobs + load.waitingJobs) : usable;
    const idleSeconds = backlogElsewhere(pool, loads, pools, needed) - load.workSeconds;
    if (!isPressing && sleeps(load, state, idleSeconds)) {
      const reason = `${why}; another pool is busy for longer, so it can wait`;
      plans.set(pool, { slots: 0, neededSlots: slots, reason });
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
    const ends = [...workBefore(epoch, epochs, pools, policy)].map(([pool, bands]) => endOf(bands, slotsOf(pool)));
    const seconds = Math.max(epoch.pathSeconds, ...ends);
    return { epoch: epoch.epoch, slackSeconds: timeForWork(epoch, pools, policy, nowMs) - seconds };
  });
}

/** The slots that a pool needs, and the work and time that it is for. */
interface Need {
  readonly slots: number;
  readonly workSeconds: number;
  readonly tightestSeconds: number;
}

/** @param bands the longest way above first */
function needOf(bands: readonly WorkBand[], secondsLeft: number): Need {
  let need: Need = { slots: 0, workSeconds: 0, tightestSeconds: secondsLeft };
  let workSeconds = 0;
  for (const band of bands) {
    workSeconds += band.workSeconds;
    const tightestSeconds = Math.max(LEAST_SECONDS, secondsLeft - band.aboveSeconds);
    const slots = Math.ceil(workSeconds / tightestSeconds);
    if (slots > need.slots) need = { slots, workSeconds, tightestSeconds };
  }
  return need;
}

/** Until the root, by what this pool has to do before it. @param bands the longest way above first */
function endOf(bands: readonly WorkBand[], slots: number): number {
  let [end, workSeconds] = [0, 0];
  for (const band of bands) {
    workSeconds += band.workSeconds;
    end = Math.max(end, workSeconds / Math.max(1, slots) + band.aboveSeconds);
  }
  return end;
}

/** Seconds until the deadline that are neither start-up nor submission. */
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
 * The work by pool that is done before the epoch is, the longest way above first: its own, that of epochs with an earlier
 * deadline, and what waits or runs of later ones, because queues go by the order in which jobs were asked for.
 */
function workBefore(
  epoch: EpochLoad,
  epochs: readonly EpochLoad[],
  pools: PlanPools,
  { workCushion }: ScalingPolicy,
): Map<Pool, WorkBand[]> {
  const work = new Map<Pool, WorkBand[]>();
  for (const other of epochs) {
    for (const [pool, load] of Object.entries(other.pools) as [Pool, PoolLoad][]) {
      if (!pools.has(pool) || epoch.pools[pool] === undefined) continue;
      const bands = other.deadlineAtMs > epoch.deadlineAtMs ? [askedBand(load)] : load.bands;
      const known = work.get(pool) ?? [];
      work.set(pool, known);
      for (const { workSeconds, aboveSeconds } of bands) {
        if (workSeconds > 0) known.push({ workSeconds: workSeconds * workCushion, aboveSeconds });
      }
    }
  }
  for (const bands of work.values()) bands.sort((left, right) => right.aboveSeconds - left.aboveSeconds);
  return work;
}

/** Of an epoch with a later deadline: it may be ahead of all else. */
function askedBand({ workSeconds, waitingSeconds, runningJobs, longestSeconds, bands }: PoolLoad): WorkBand {
  return {
    workSeconds: Math.min(workSeconds, waitingSeconds + runningJobs * longestSeconds),
    aboveSeconds: Math.max(0, ...bands.map(({ aboveSeconds }) => aboveSeconds)),
  };
}

function totalLoads(epochs: readonly EpochLoad[]): Map<Pool, PoolLoad> {
  const totals = new Map<Pool, PoolLoad>();
  for (const [pool, load] of epochs.flatMap((epoch) => Object.entries(epoch.pools) as [Pool, PoolLoad][])) {
    totals.set(pool, sumOfLoads(load, totals.get(pool)));
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
