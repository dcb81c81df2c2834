import { type ToneOfChance, toneOfChance } from '../../../epoch-view/describe-prediction.ts';
import { formatDuration } from '../../../terminal/format-duration.ts';
import type { Prediction } from '../../api/prediction.ts';
import { formatClock } from './format.ts';

export function toneOfPrediction({ chanceInTime, lackingPools }: Prediction): ToneOfChance {
  return toneOfChance({ chanceInTime, lacking: lackingPools });
}

/** `in 4 min 10 s, at 13:05:09 (13:04:39 to 13:06:01)`. */
export function describePrediction(
  { earlyAtMs, likelyAtMs, lateAtMs, lackingPools }: Prediction,
  nowMs: number,
): string {
  if (lackingPools.length > 0) return `never: no agents of pool ${lackingPools.join(', ')}`;
  if (likelyAtMs === undefined) return 'unknown';
  const clock = (atMs: number | undefined): string => (atMs === undefined ? 'never' : formatClock(atMs, nowMs));
  return `in ${formatDuration(likelyAtMs - nowMs)}, at ${clock(likelyAtMs)} (${clock(earlyAtMs)} to ${clock(lateAtMs)})`;
}
