import type { EpochRecord } from '../../ledger/epoch-ledger.ts';
import type { JobTally } from '../../ledger/job-ledger.ts';
import { type CircuitName, levelOf } from '../../proving-job/circuit-catalogue.ts';
import { type EpochCounts, jobsToCome } from '../forecast/jobs-to-come.ts';
import { leaveOutOrphans } from '../forecast/orphaned-jobs.ts';
import { elapsedShare, streamClock } from '../forecast/stream-clock.ts';
import { circuitStandings } from '../progress/circuit-standings.ts';
import type { ComingJobs } from './streamed-work-ahead.ts';
import { wayToRoot } from './way-to-root.ts';

export interface ComingJobsInput {
  readonly epoch: EpochRecord;
  readonly tally: JobTally;
  /** Epochs whose deadlines say how long one lasts. */
  readonly latest: readonly EpochRecord[];
  /** Jobs of earlier epochs of its version. */
  readonly earlier: readonly EpochCounts[];
  readonly nowMs: number;
}

/**
 * The jobs that a node is expected to ask for in an epoch that streams: those of checkpoints while it lasts, and the top of
 * the tree at its end. A level that nothing is known of has one job.
 */
export function comingJobs({ epoch, tally, latest, earlier, nowMs }: ComingJobsInput): readonly ComingJobs[] {
  const { networkVersion } = epoch;
  const clock = streamClock(epoch, latest);
  const elapsed = elapsedShare(clock, nowMs);
  const { standings } = leaveOutOrphans(circuitStandings(tally, networkVersion, nowMs), elapsed);
  const { ofCheckpoints, ofTop } = jobsToCome({ networkVersion, standings, elapsedShare: elapsed, earlier });
  const endsInSeconds = Math.max(0, clock.endsAtMs - nowMs) / 1000;
  const forecast = [...listed(ofCheckpoints, 0, endsInSeconds), ...listed(ofTop, endsInSeconds, endsInSeconds)];
  const levels = new Set(
    [...tally.keys(), ...forecast.map(({ circuit }) => circuit)].map((circuit) => levelOf(circuit)),
  );
  return [...forecast, ...wayToRoot(tally, networkVersion).filter(({ circuit }) => !levels.has(levelOf(circuit)))];
}

function listed(
  counts: ReadonlyMap<CircuitName, number>,
  fromSeconds: number,
  untilSeconds: number,
): readonly ComingJobs[] {
  return [...counts].map(([circuit, count]) => ({ circuit, count, fromSeconds, untilSeconds }));
}
