import type { EpochRecord } from '../../ledger/epoch-ledger.ts';
import type { JobRecord, JobTally } from '../../ledger/job-ledger.ts';
import { type EpochId, isOfLine } from '../../proving-job/epoch-id.ts';
import type { EpochShape } from '../../proving-job/epoch-shape.ts';
import { expectedTree } from '../expected/tree-of-shape.ts';
import type { EpochCounts } from '../forecast/jobs-to-come.ts';
import type { SpeedsOfPool } from '../progress/timed-jobs.ts';
import type { AgentsAhead } from './agents-ahead.ts';
import { comingJobs } from './coming-jobs.ts';
import { type EpochPrediction, predictEpochs, type PredictionInput } from './predict-epochs.ts';
import { streamedWorkAhead } from './streamed-work-ahead.ts';
import { UsualTimes } from './usual-times.ts';
import { type TreeJob, type WorkAhead, workAhead } from './work-ahead.ts';

/** An epoch that is being proven, and how far its jobs are. */
export interface EpochUnderWay {
  readonly epoch: EpochRecord;
  readonly tally: JobTally;
}

export interface FleetUnderWay extends Pick<PredictionInput, 'order' | 'hopSeconds'> {
  readonly open: readonly EpochUnderWay[];
  /** Every epoch that is known lately. */
  readonly latest: readonly EpochRecord[];
  /** What the newest epochs that streamed to their end had, by version. @default none is known */
  readonly earlier?: ReadonlyMap<string, readonly EpochCounts[]>;
  /** Proven jobs, some of each circuit: they show how long circuits take. */
  readonly proven: readonly JobRecord[];
  /** The agents that prove for an epoch, and for all others of its version. */
  readonly agentsOf: (epoch: EpochRecord) => AgentsAhead;
  /** From a proven root to its transaction on L1. */
  readonly submissionSeconds: number;
  readonly nowMs: number;
  /** The speeds of the agents that prove for the version. @default of those that proved the newest jobs of the pool */
  readonly speedsOf?: ((networkVersion: string) => SpeedsOfPool) | undefined;
  /** @default builds it anew */
  readonly treeOf?: (shape: EpochShape) => readonly TreeJob[];
}

/** Epochs of one version, and what their predictions are based on. */
export interface PredictedGroup {
  readonly epochs: readonly EpochRecord[];
  readonly input: PredictionInput;
  readonly predictions: readonly EpochPrediction[];
}

/** Predicts the roots of all open epochs: those of one version share agents, so they are predicted together. */
export function predictFleet(fleet: FleetUnderWay): readonly PredictedGroup[] {
  const { open, proven, agentsOf, order, hopSeconds, submissionSeconds, nowMs } = fleet;
  const inOrder = open.toSorted((a, b) => a.epoch.deadlineAtMs - b.epoch.deadlineAtMs);
  return [...Map.groupBy(inOrder, ({ epoch }) => epoch.networkVersion)].map(([networkVersion, group]) => {
    const times = new UsualTimes(networkVersion, proven, fleet.speedsOf?.(networkVersion));
    const input: PredictionInput = {
      epochs: group.map(({ epoch, tally }) => ({
        work: workOf(epoch, tally, fleet),
        times,
        secondsLeft: isOfLine(epoch.id) ? undefined : (epoch.deadlineAtMs - nowMs) / 1000 - submissionSeconds,
      })),
      agents: agentsOf((group[0] as EpochUnderWay).epoch),
      order,
      hopSeconds,
    };
    return { epochs: group.map(({ epoch }) => epoch), input, predictions: predictEpochs(input) };
  });
}

/** The predictions by the ids of their epochs. */
export function predictionsById(groups: readonly PredictedGroup[]): ReadonlyMap<EpochId, EpochPrediction> {
  return new Map(
    groups.flatMap(({ epochs, predictions }) =>
      epochs.map(({ id }, index) => [id, predictions[index] as EpochPrediction] as const),
    ),
  );
}

function workOf(
  epoch: EpochRecord,
  tally: JobTally,
  { nowMs, latest, earlier, treeOf = (known) => expectedTree(known).jobs }: FleetUnderWay,
): WorkAhead {
  const { networkVersion, shape } = epoch;
  const options = { networkVersion, nowMs };
  if (shape !== undefined) return workAhead(treeOf(shape), tally, options);
  const coming = comingJobs({ epoch, tally, latest, earlier: earlier?.get(networkVersion) ?? [], nowMs });
  return streamedWorkAhead(tally, coming, options);
}
