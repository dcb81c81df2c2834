import type { JobRecord } from '../../ledger/job-ledger.ts';
import type { Pool } from '../../proving-job/circuit-family.ts';
import type { SpeedClass } from '../../proving-job/speed-class.ts';

/** Of a proven job: when it was claimed and settled, and by an agent of what speed. */
export type TimedJob = Pick<
  JobRecord,
  'state' | 'networkVersion' | 'circuit' | 'pool' | 'claimedAtMs' | 'settledAtMs' | 'speedClass'
>;

/** The speed of each of a pool's agents that measures its own; none where nobody knows, and for simulated proofs. */
export type SpeedsOfPool = (pool: Pool) => readonly SpeedClass[];

/** So many of the newest jobs of a pool show how fast its agents are. */
const NEWEST = 20;

/** The jobs of the version that show how long one takes, oldest first. */
export function provenOldestFirst<Job extends TimedJob>(networkVersion: string, jobs: Iterable<Job>): readonly Job[] {
  return [...jobs]
    .filter((job) => job.networkVersion === networkVersion && secondsOf(job) > 0)
    .sort((a, b) => (a.settledAtMs ?? 0) - (b.settledAtMs ?? 0));
}

/** The speeds of the agents that proved a pool's newest jobs, one a job. @param jobs oldest first */
export function lastSpeeds(jobs: readonly TimedJob[]): SpeedsOfPool {
  const byPool = Map.groupBy(jobs, ({ pool }) => pool);
  const speeds = new Map(
    [...byPool].map(([pool, ofPool]) => [pool, ofPool.flatMap((job) => job.speedClass ?? []).slice(-NEWEST)]),
  );
  return (pool) => speeds.get(pool) ?? [];
}

/** The speed at which jobs take as long as those agents take on average; `undefined` where there are none. */
export function meanSpeed(speeds: readonly SpeedClass[]): number | undefined {
  return speeds.length === 0 ? undefined : speeds.length / speeds.reduce((sum, speed) => sum + 1 / speed, 0);
}

/**
 * How long jobs of one circuit and pool took, in seconds: those of agents as fast as one of these, or, where there are none, what
 * the others would have taken with them.
 */
export function secondsAtSpeeds(speeds: readonly SpeedClass[], jobs: readonly TimedJob[]): readonly number[] {
  const alike = jobs.filter(({ speedClass }) => speedClass !== undefined && speeds.includes(speedClass));
  if (alike.length > 0) return alike.map(secondsOf);
  const speed = meanSpeed(speeds);
  return jobs.map((job) => secondsOf(job) * (job.speedClass === undefined || !speed ? 1 : job.speedClass / speed));
}

/** From claim to settlement. */
function secondsOf({ state, claimedAtMs, settledAtMs }: TimedJob): number {
  // Two machines wrote the times, and their clocks may differ.
  if (state !== 'proven' || claimedAtMs === undefined || settledAtMs === undefined) return 0;
  return Math.max(0, settledAtMs - claimedAtMs) / 1000;
}
