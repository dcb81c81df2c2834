import { needOfEpoch } from '../../../shared/ledger/epoch-needs.ts';
import { tallyOf } from '../../../shared/ledger/job-tally.ts';
import { UsualTimes } from '../../../shared/merge-tree/prediction/usual-times.ts';
import { progressOf } from '../../../shared/merge-tree/progress/progress.ts';
import { type CircuitName, circuitOf, levelOf } from '../../../shared/proving-job/circuit-catalogue.ts';
import type { EpochId } from '../../../shared/proving-job/epoch-id.ts';
import { findEpoch } from '../../fleet-view/find-epoch.ts';
import type { EpochJobs } from '../api/epoch-jobs.ts';
import type { ConsoleDeps } from './console-deps.ts';
import { jobColumns } from './job-columns.ts';
import { jobsAgeMs } from './read-ages.ts';
import { workLeft } from './work-left.ts';

/**
 * The merge tree of an epoch, job by job.
 * @param wanted `undefined` for the newest one
 * @throws {EpochUnknownError}
 */
export async function readEpochJobs(
  { engine, ages, nowMs }: ConsoleDeps,
  wanted: EpochId | undefined,
): Promise<EpochJobs> {
  const atMs = nowMs();
  const { epoch } = await findEpoch(engine.epochs, wanted);
  const all = await engine.jobs.jobsOfEpoch(epoch.id);
  const { networkVersion, openedAtMs, rangeId, shape } = epoch;
  const jobs = all.filter((job) => job.rangeId === rangeId);
  const times = new UsualTimes(networkVersion, jobs);
  const usualSeconds = (circuit: CircuitName): number =>
    times.of(circuit, circuitOf(circuit, networkVersion).pool).meanSeconds;
  const progress = progressOf(shape, tallyOf(jobs, rangeId), atMs);
  const expected = new Map(
    progress.levels.flatMap(({ circuits }) => circuits.map((counts) => [counts.circuit, counts.expected] as const)),
  );
  const circuits = [...new Set([...expected.keys(), ...jobs.map(({ circuit }) => circuit)])];
  return {
    atMs,
    goodForMs: needOfEpoch(epoch, atMs) === 'nothing' ? ages.endedMs : jobsAgeMs(ages, all.length),
    epochId: epoch.id,
    openedAtMs,
    circuits: circuits.map((circuit) => ({
      circuit,
      level: levelOf(circuit),
      pool: circuitOf(circuit, networkVersion).pool,
      expected: expected.get(circuit) ?? 0,
      usualSeconds: usualSeconds(circuit),
    })),
    ...jobColumns(jobs, circuits, openedAtMs),
    jobsLeftOut: all.length - jobs.length,
    workLeft: workLeft({
      jobs,
      expected: progress.isSoFar ? undefined : expected,
      usualSeconds,
      fromMs: openedAtMs,
      untilMs: epoch.closedAtMs ?? atMs,
    }),
  };
}
