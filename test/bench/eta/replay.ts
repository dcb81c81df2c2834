import type { CircuitTally, JobRecord, JobTally } from '../../../shared/ledger/job-ledger.ts';
import { expectedTree } from '../../../shared/merge-tree/expected/tree-of-shape.ts';
import { predictEpochs } from '../../../shared/merge-tree/prediction/predict-epochs.ts';
import { UsualTimes } from '../../../shared/merge-tree/prediction/usual-times.ts';
import type { TimedJob } from '../../../shared/merge-tree/progress/timed-jobs.ts';
import { workAhead } from '../../../shared/merge-tree/prediction/work-ahead.ts';
import { isRoot } from '../../../shared/proving-job/circuit-catalogue.ts';
import { Pool } from '../../../shared/proving-job/circuit-family.ts';
import { type PredictedRoot, STAGES } from './eta-error.ts';
import type { RecordedEpoch, RecordedJob, Recording } from './recording.ts';

/** What the embedded engine takes from a proof to the next job. */
const HOP_SECONDS = 0.1;

/** Predicts at each stage of each epoch, from what the ledger had at that moment and the times of the epochs before. */
export function replay({ epochs }: Recording): readonly PredictedRoot[] {
  return epochs.flatMap((epoch, index) =>
    stagesOf(epoch).map((atMs) => predictAt(epoch, atMs, epochs.slice(0, index))),
  );
}

/** When each stage of the epoch began. */
function stagesOf({ jobs }: RecordedEpoch): readonly number[] {
  const settled = jobs.map(({ settledMs }) => settledMs).sort((a, b) => a - b);
  const begins = STAGES.map((share) => (share === 0 ? 0 : settled[Math.ceil(share * jobs.length) - 1]!));
  return [...new Set(begins)].filter((atMs) => atMs < settled.at(-1)!);
}

function predictAt(epoch: RecordedEpoch, atMs: number, before: readonly RecordedEpoch[]): PredictedRoot {
  const { networkVersion, shape, jobs } = epoch;
  const times = new UsualTimes(networkVersion, [
    ...before.flatMap((each, index) => timedJobs(each, Infinity, index - before.length)),
    ...timedJobs(epoch, atMs, 0),
  ]);
  const [prediction] = predictEpochs({
    epochs: [
      {
        work: workAhead(expectedTree(shape).jobs, tallyAt(jobs, atMs), { networkVersion, nowMs: atMs }),
        times,
        secondsLeft: undefined,
      },
    ],
    agents: {
      slots: [{ pools: Pool.options, slots: new Set(jobs.map(({ agent }) => agent)).size, inSeconds: 0 }],
      scaling: undefined,
    },
    order: 'epochs',
    hopSeconds: HOP_SECONDS,
  });
  const rootMs = jobs.find(({ circuit }) => isRoot(circuit))!.settledMs;
  const shareDone = jobs.filter(({ settledMs }) => settledMs <= atMs).length / jobs.length;
  return { ...prediction!.rootInSeconds, shareDone, actual: (rootMs - atMs) / 1000 };
}

/** Those that were proven by then. @param era orders epochs: their times count from their own beginnings */
function timedJobs({ networkVersion, jobs }: RecordedEpoch, untilMs: number, era: number): readonly TimedJob[] {
  const sinceMs = era * 86_400_000;
  return jobs
    .filter(({ settledMs }) => settledMs <= untilMs)
    .map(({ circuit, pool, claimedMs, settledMs }) => ({
      state: 'proven',
      networkVersion,
      circuit,
      pool,
      claimedAtMs: sinceMs + claimedMs,
      settledAtMs: sinceMs + settledMs,
    }));
}

function tallyAt(jobs: readonly RecordedJob[], atMs: number): JobTally {
  const recorded = jobs.filter(({ recordedMs }) => recordedMs <= atMs);
  return new Map(
    [...Map.groupBy(recorded, ({ circuit }) => circuit)].map(([circuit, own]) => [circuit, countsOf(own, atMs)]),
  );
}

function countsOf(jobs: readonly RecordedJob[], atMs: number): CircuitTally {
  const queued = Map.groupBy(
    jobs.filter(({ claimedMs }) => claimedMs > atMs),
    ({ pool }) => pool,
  );
  return {
    proven: jobs.filter(({ settledMs }) => settledMs <= atMs).length,
    rejected: 0,
    queued: new Map([...queued].map(([pool, waiting]) => [pool, waiting.length])),
    leased: jobs
      .filter(({ claimedMs, settledMs }) => claimedMs <= atMs && settledMs > atMs)
      .map(({ pool, claimedMs }) => leasedJob(pool, claimedMs)),
  };
}

/** A job that an agent holds: no more of it than a prediction reads. */
export function leasedJob(pool: Pool, claimedAtMs: number): JobRecord {
  return { state: 'leased', pool, lease: { claimedAtMs, expiresAtMs: Infinity } } as JobRecord;
}
