import { fargateDollarsPerHour } from '../../../shared/cost/agent-prices.ts';
import { EPOCH_SECONDS, type EpochPlan, HANDLING_SECONDS, INCLUSION_SECONDS } from './epoch-plan.ts';
import { POOLS, type PerPool, type SimulatedPool, perPool } from './pools.ts';
import { POOL_OF_CIRCUIT } from './simulated-circuits.ts';
import type { Weather } from './weather.ts';

/** The least that a fleet needs of a pool for an epoch. */
interface PoolNeed {
  readonly workSeconds: number;
  /** When a job of the pool can first start, and must last end, with all other pools unlimited. */
  readonly firstStartSeconds: number;
  readonly lastEndSeconds: number;
}

/**
 * A lower bound in dollars for any scaler, even one that knows every duration and accident in advance.
 *
 * All agents are Spot. A job takes its real duration of an agent of its pool, and its handling: that is the work. The jobs of
 * a pool in an epoch all lie between the time at which the first of them can start (its longest way up from the leaves) and
 * the time at which the last must end, so that what is above it can be done before the deadline (its shortest way to the
 * root, every agent at once there). So at some time at least work / (last end − first start) agents run, rounded up. Each of
 * them was either started for the epoch, which is paid for from its placement, or has been up since the epoch before, without
 * a job since that one's last end at the latest: the cheaper of the two counts. Nothing else does: no queue, no wait for
 * children below the first start, no interruption, no second attempt, no minute that is billed at least.
 */
export function lowerBoundDollars(plans: readonly EpochPlan[], weather: Weather): number {
  return leastDollars(plans, weather, (pool) => fargateDollarsPerHour(pool, 'spot'));
}

/**
 * The same for a fleet that has Spot only when there is any: of what it needs of a pool, the part of the time that lies in
 * a drought is at the on-demand price. Not a bound in the strict sense, since one who knew of a drought would do the work
 * of an epoch before it or after it, or keep Spot agents up through it for nothing.
 */
export function boundWithDroughtsDollars(plans: readonly EpochPlan[], weather: Weather): number {
  return leastDollars(plans, weather, (pool, { firstStartSeconds, lastEndSeconds }) => {
    const drySeconds = weather.droughts.reduce((sum, { beginsAtSeconds, endsAtSeconds }) => {
      const [from, to] = [Math.max(firstStartSeconds, beginsAtSeconds), Math.min(lastEndSeconds, endsAtSeconds)];
      return sum + Math.max(0, to - from);
    }, 0);
    const dryShare = drySeconds / (lastEndSeconds - firstStartSeconds);
    return (1 - dryShare) * fargateDollarsPerHour(pool, 'spot') + dryShare * fargateDollarsPerHour(pool, 'od');
  });
}

function leastDollars(
  plans: readonly EpochPlan[],
  weather: Weather,
  dollarsPerHour: (pool: SimulatedPool, need: PoolNeed) => number,
): number {
  const [leastStartSeconds] = weather.startSeconds;
  let dollars = 0;
  let before: PerPool<PoolNeed | undefined> = perPool(() => undefined);
  for (const plan of plans) {
    const needs = poolNeeds(plan);
    for (const pool of POOLS) {
      const need = needs[pool];
      if (need === undefined) continue;
      const { workSeconds, firstStartSeconds, lastEndSeconds } = need;
      const agents = Math.ceil(workSeconds / Math.max(1, lastEndSeconds - firstStartSeconds));
      const idleSeconds = Math.max(0, firstStartSeconds - (before[pool]?.lastEndSeconds ?? -Infinity));
      const seconds = workSeconds + agents * Math.min(leastStartSeconds, idleSeconds);
      dollars += (seconds * dollarsPerHour(pool, need)) / 3600;
    }
    before = needs;
  }
  return dollars;
}

function poolNeeds(plan: EpochPlan): PerPool<PoolNeed | undefined> {
  const { circuits, durationSeconds } = plan;
  const starts = earliestStarts(plan);
  const lastEnds = latestEnds(plan);
  return perPool((pool) => {
    let [workSeconds, firstStartSeconds, lastEndSeconds] = [0, Infinity, -Infinity];
    for (let job = 0; job < circuits.length; job += 1) {
      if (POOL_OF_CIRCUIT[circuits[job]!] !== pool) continue;
      workSeconds += durationSeconds[job]! + HANDLING_SECONDS;
      firstStartSeconds = Math.min(firstStartSeconds, starts[job]!);
      lastEndSeconds = Math.max(lastEndSeconds, lastEnds[job]!);
    }
    return workSeconds === 0 ? undefined : { workSeconds, firstStartSeconds, lastEndSeconds };
  });
}

/** When each job could start if an agent was there for each at once. */
export function earliestStarts({ circuits, parents, askableAtSeconds, durationSeconds }: EpochPlan): Float64Array {
  const starts = askableAtSeconds.slice();
  for (let job = 0; job < circuits.length; job += 1) {
    for (const parent of parents[job]!) {
      starts[parent] = Math.max(starts[parent]!, starts[job]! + durationSeconds[job]!);
    }
  }
  return starts;
}

/** When each job must have ended, for the root to be in time. */
function latestEnds({ circuits, parents, durationSeconds, deadlineAtSeconds }: EpochPlan): Float64Array {
  const ends = new Float64Array(circuits.length).fill(deadlineAtSeconds - INCLUSION_SECONDS);
  for (let job = circuits.length - 1; job >= 0; job -= 1) {
    for (const parent of parents[job]!) {
      ends[job] = Math.min(ends[job]!, ends[parent]! - durationSeconds[parent]!);
    }
  }
  return ends;
}

/** Agents with which each pool gets through the largest epoch, with `spareShare` of its time to spare. */
export function agentsForPeak(plans: readonly EpochPlan[], spareShare: number): PerPool<number> {
  const needs = plans.map(poolNeeds);
  // An epoch that streams shares agents with the next, which begins as it ends.
  const mostSeconds = plans[0]?.networkVersion === '4.1.2' ? Infinity : EPOCH_SECONDS;
  return perPool((pool: SimulatedPool) =>
    Math.max(
      1,
      ...needs.map((need) => {
        const { workSeconds, firstStartSeconds, lastEndSeconds } = need[pool] ?? {
          workSeconds: 0,
          firstStartSeconds: 0,
          lastEndSeconds: EPOCH_SECONDS,
        };
        const seconds = lastEndSeconds - firstStartSeconds;
        return Math.ceil(workSeconds / ((1 - spareShare) * Math.min(seconds, mostSeconds)));
      }),
    ),
  );
}
