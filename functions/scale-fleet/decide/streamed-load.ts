import type { EpochRecord } from '../../../shared/ledger/epoch-ledger.ts';
import { type EpochCounts, jobsToCome } from '../../../shared/merge-tree/forecast/jobs-to-come.ts';
import { leaveOutOrphans } from '../../../shared/merge-tree/forecast/orphaned-jobs.ts';
import { elapsedShare, type StreamClock } from '../../../shared/merge-tree/forecast/stream-clock.ts';
import { StreamedWork } from '../../../shared/merge-tree/forecast/streamed-work.ts';
import type { CircuitStandings } from '../../../shared/merge-tree/progress/circuit-standings.ts';
import type { LearnedDurations } from '../../../shared/merge-tree/progress/learned-durations.ts';
import type { PoolLoad, PoolSlots } from '../../../shared/merge-tree/progress/work-left.ts';
import type { CircuitName } from '../../../shared/proving-job/circuit-catalogue.ts';
import type { Pool } from '../../../shared/proving-job/circuit-family.ts';
import type { EpochLoad } from './fleet-state.ts';

export interface StreamedLoadInput {
  readonly epoch: Pick<EpochRecord, 'id' | 'epoch' | 'networkVersion' | 'openedAtMs' | 'deadlineAtMs'>;
  readonly clock: StreamClock;
  readonly standings: CircuitStandings;
  /** Of earlier epochs of the version. */
  readonly earlier: readonly EpochCounts[];
  readonly durations: Pick<LearnedDurations, 'secondsOf'>;
  readonly slotsOf: (pool: Pool) => PoolSlots;
  readonly nowMs: number;
}

/** The load of an epoch that streams: the jobs that it has, and those that are forecast. */
export interface PlannedLoad {
  readonly load: EpochLoad;
  /** The longest chain that must follow a job of the circuit, in seconds. */
  readonly aboveSeconds: (circuit: CircuitName) => number;
}

export function streamedLoad(input: StreamedLoadInput): PlannedLoad {
  const { epoch, clock, earlier, durations, slotsOf, nowMs } = input;
  const { id, networkVersion, openedAtMs, deadlineAtMs } = epoch;
  const elapsed = elapsedShare(clock, nowMs);
  const { standings, orphans } = leaveOutOrphans(input.standings, elapsed);
  const toCome = jobsToCome({ networkVersion, standings, elapsedShare: elapsed, earlier });
  const endsInSeconds = (clock.endsAtMs - nowMs) / 1000;
  const p95Of = (circuit: CircuitName): number => durations.secondsOf(circuit).p95;
  const work = new StreamedWork(networkVersion, p95Of, { toCome, endsInSeconds }, standings);
  const pools = work.byPool(standings, { secondsOf: (circuit, pool) => durations.secondsOf(circuit, pool), slotsOf });
  const forecastSeconds = sumOver(pools, ({ forecast }) =>
    forecast === undefined ? 0 : forecast.arrivingSeconds + forecast.burstSeconds,
  );
  return {
    load: {
      id,
      epoch: epoch.epoch,
      deadlineAtMs,
      startsAtMs: openedAtMs,
      pathSeconds: work.pathSeconds(standings),
      pools,
      stream: {
        endsAtMs: clock.endsAtMs,
        elapsedShare: elapsed,
        knownSeconds: sumOver(pools, ({ workSeconds }) => workSeconds) - forecastSeconds,
        forecastSeconds,
        earlierEpochs: earlier.length,
        orphans,
      },
    },
    aboveSeconds: (circuit) => work.aboveSeconds(circuit),
  };
}

function sumOver(pools: EpochLoad['pools'], secondsOf: (load: PoolLoad) => number): number {
  return Object.values(pools).reduce((sum, load) => sum + secondsOf(load), 0);
}
