import type { EpochPrediction } from '../../../shared/merge-tree/prediction/predict-epochs.ts';
import type { ExplainedStep } from '../../fleet-view/explained-epoch.ts';
import type { BlockingStep, Prediction } from '../api/prediction.ts';

/** @param atMs when it was made */
export function toPrediction(
  { rootInSeconds: { early, likely, late }, chanceInTime, lacking }: EpochPrediction,
  atMs: number,
): Prediction {
  const at = (seconds: number): number | undefined => {
    const known = ifFinite(seconds);
    return known === undefined ? undefined : Math.round(atMs + known * 1000);
  };
  return {
    earlyAtMs: at(early),
    likelyAtMs: at(likely),
    lateAtMs: at(late),
    chanceInTime,
    lackingPools: [...lacking],
  };
}

export function toBlockingStep(step: ExplainedStep): BlockingStep {
  const { circuit, pool, state, record, runningSeconds } = step;
  return {
    circuit,
    pool,
    state,
    jobId: record?.id,
    agentId: record?.lease?.agentId,
    runningSeconds,
    usualSeconds: ifFinite(step.usualSeconds),
    waitsForAgentSeconds: ifFinite(step.waitsForAgentSeconds),
    startsInSeconds: ifFinite(step.startsInSeconds),
    endsInSeconds: ifFinite(step.endsInSeconds),
  };
}

/** JSON has no infinity and no NaN: what never happens or is unknown is left out. */
function ifFinite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
