/** A prediction beside what then happened, in seconds from the moment at which it was made. */
export interface PredictedRoot {
  /** The share of the epoch's jobs that were proven, 0 to 1. */
  readonly shareDone: number;
  readonly early: number;
  readonly likely: number;
  readonly late: number;
  readonly actual: number;
}

/** How far predictions at one stage of their epochs were off. */
export interface EtaError {
  readonly fromShare: number;
  readonly predictions: number;
  /** Of the time that was left, and of five seconds at least: half of the predictions are less far off, and nine of ten. */
  readonly medianError: number;
  /** How much later than predicted the root usually was, as a share of the time that was left. */
  readonly medianDelay: number;
  readonly p90Error: number;
  /** The share that was at most {@link MOST_ERROR} off. */
  readonly shareWithin: number;
  /** The share whose root came within the predicted range, which is to hold eight of ten. */
  readonly shareInRange: number;
}

export const MOST_ERROR = 0.25;
export const LEAST_SHARE_WITHIN = 0.9;
/** Of less time than this, a share says nothing to anybody who waits for it. */
const LEAST_LEFT_SECONDS = 5;
/** From here on, predictions are held to {@link MOST_ERROR}. */
export const HALF_WAY = 0.5;
/** The stages of an epoch, each from this share of its jobs on. */
export const STAGES = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99] as const;

/** The stage of an epoch: the last that it has reached. */
export function stageOf(shareDone: number): number {
  return STAGES.findLastIndex((from) => shareDone >= from);
}

export function etaErrors(predicted: readonly PredictedRoot[]): readonly EtaError[] {
  const byStage = Map.groupBy(predicted, ({ shareDone }) => stageOf(shareDone));
  return STAGES.flatMap((fromShare, stage) => {
    const ofStage = byStage.get(stage) ?? [];
    if (ofStage.length === 0) return [];
    const errors = ofStage.map(errorOf).sort((a, b) => a - b);
    const delays = ofStage
      .map(({ likely, actual }) => (actual - likely) / Math.max(LEAST_LEFT_SECONDS, actual))
      .sort((a, b) => a - b);
    const shareOf = (holds: (one: PredictedRoot) => boolean): number => ofStage.filter(holds).length / ofStage.length;
    return [
      {
        fromShare,
        predictions: ofStage.length,
        medianError: quantileOf(errors, 0.5),
        medianDelay: quantileOf(delays, 0.5),
        p90Error: quantileOf(errors, 0.9),
        shareWithin: shareOf((one) => errorOf(one) <= MOST_ERROR),
        shareInRange: shareOf(({ early, late, actual }) => early <= actual && actual <= late),
      },
    ];
  });
}

function errorOf({ likely, actual }: PredictedRoot): number {
  return Math.abs(likely - actual) / Math.max(LEAST_LEFT_SECONDS, actual);
}

function quantileOf(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}
