import type { JobRecord } from '../../ledger/job-ledger.ts';
import type { Pool } from '../../proving-job/circuit-family.ts';
import type { SpeedClass } from '../../proving-job/speed-class.ts';

/** Of a proven job: when it was claimed and settled, and by an agent of what speed. */
export type TimedJob = Pick<
  JobRecord,
  'state' | 'networkVersion' | 'circuit' | 'pool' | 'claimedAtMs' | 'settledAtMs' | 'speedClass'
>;

/** The speed of a pool's agents; `undefined` where nobody knows, and for simulated proofs. */
export type SpeedOfPool = (pool: Pool) => SpeedClass | undefined;

/** The jobs of the version that show how long one takes, oldest first. */
export function provenOldestFirst<Job extends TimedJob>(networkVersion: string, jobs: Iterable<Job>): readonly Job[] {
  return [...jobs]
    .filter((job) => job.networkVersion === networkVersion && secondsOf(job) > 0)
    .sort((a, b) => (a.settledAtMs ?? 0) - (b.settledAtMs ?? 0));
}

/** By pool, the speed of the agent that was the last to prove a job of it, of those that measure theirs. @param jobs oldest first */
export function lastSpeeds(jobs: readonly TimedJob[]): SpeedOfPool {
  const speeds = new Map(jobs.flatMap(({ pool, speedClass }) => (speedClass ? [[pool, speedClass] as const] : [])));
  return (pool) => speeds.get(pool);
}

/**
 * How long jobs of one circuit and pool took, in seconds: those of agents of that speed, or, where there are none, what the others would
 * have taken at it.
 */
export function secondsAtSpeed(speed: SpeedClass | undefined, jobs: readonly TimedJob[]): readonly number[] {
  const alike = jobs.filter(({ speedClass }) => speedClass === speed);
  if (alike.length > 0) return alike.map(secondsOf);
  return jobs.map((job) => secondsOf(job) * (job.speedClass === undefined || !speed ? 1 : job.speedClass / speed));
}

/** From claim to settlement. */
function secondsOf({ state, claimedAtMs, settledAtMs }: TimedJob): number {
  // Two machines wrote the times, and their clocks may differ.
  if (state !== 'proven' || claimedAtMs === undefined || settledAtMs === undefined) return 0;
  return Math.max(0, settledAtMs - claimedAtMs) / 1000;
}
