import { etherOf } from '../../../shared/cost/ether.ts';
import type { EpochPrediction } from '../../../shared/merge-tree/prediction/predict-epochs.ts';
import type { Progress } from '../../../shared/merge-tree/progress/progress.ts';
import { isOfLine } from '../../../shared/proving-job/epoch-id.ts';
import type { PastEpoch } from '../../fleet-view/epoch-history.ts';
import type { EpochSummary } from '../api/epochs.ts';
import { toPrediction } from './to-prediction.ts';

export interface SummarisedEpoch {
  readonly past: PastEpoch;
  readonly name: string;
  readonly progress: Progress | undefined;
  readonly prediction: EpochPrediction | undefined;
  /** When it was read. */
  readonly atMs: number;
  readonly etherDollars: number | undefined;
}

export function summariseEpoch(epoch: SummarisedEpoch): EpochSummary {
  const { past, name, progress, prediction, atMs, etherDollars } = epoch;
  const dollarsOf = (wei: string | undefined): number | undefined =>
    wei === undefined || etherDollars === undefined ? undefined : etherOf(wei) * etherDollars;
  return {
    id: past.id,
    epoch: past.epoch,
    name,
    state: past.state,
    networkVersion: past.networkVersion,
    firstCheckpoint: past.firstCheckpoint,
    lastCheckpoint: past.lastCheckpoint,
    attempt: past.attempt,
    openedAtMs: past.openedAtMs,
    rootAtMs: past.rootAtMs,
    closedAtMs: past.closedAtMs,
    deadlineAtMs: isOfLine(past.id) ? undefined : past.deadlineAtMs,
    marginMs: past.marginMs,
    transactionHash: past.transactionHash,
    reason: past.reason,
    jobs: progress,
    prediction: prediction && toPrediction(prediction, atMs),
    isMissed: past.isMissed,
    hasRivalProof: past.hasRivalProof,
    agentsDollars: past.agentsDollars,
    gasWei: past.gasWei,
    gasDollars: dollarsOf(past.gasWei),
    rewardWei: past.rewardWei,
    rewardDollars: dollarsOf(past.rewardWei),
  };
}
