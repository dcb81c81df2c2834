import type { JSX } from 'preact';

import type { EpochSummary } from '../../api/epochs.ts';
import { describePrediction } from '../text/describe-prediction.ts';
import { formatDistance } from '../text/format.ts';

/** The predicted finish against the deadline, on one line that begins now. Nothing is drawn where either is unknown. */
export function FinishScale({
  epoch: { prediction, deadlineAtMs },
  nowMs,
}: {
  readonly epoch: EpochSummary;
  readonly nowMs: number;
}): JSX.Element | null {
  const { earlyAtMs, likelyAtMs, lateAtMs } = prediction ?? {};
  if (prediction === undefined || earlyAtMs === undefined || likelyAtMs === undefined || deadlineAtMs === undefined) {
    return null;
  }
  const late = lateAtMs ?? likelyAtMs;
  const endMs = 1.04 * (Math.max(deadlineAtMs, late) - nowMs);
  const place = (atMs: number): string => `${Math.min(100, Math.max(0, (100 * (atMs - nowMs)) / Math.max(1, endMs)))}%`;
  const width = `${Math.min(100, Math.max(0, (100 * (late - Math.max(nowMs, earlyAtMs))) / Math.max(1, endMs)))}%`;
  const words = `Predicted finish ${describePrediction(prediction, nowMs)}; deadline ${formatDistance(deadlineAtMs, nowMs)}`;
  return (
    <div>
      <div class="finish" role="img" aria-label={words} title={words}>
        <span class="range" style={{ left: place(earlyAtMs), width }} />
        <span class="likely" style={{ left: place(likelyAtMs) }} />
        <span class="deadline" style={{ left: place(deadlineAtMs) }} />
      </div>
      <p class="scale muted" aria-hidden="true">
        <span>now</span>
        <span>predicted finish (amber: its range), deadline (red)</span>
      </p>
    </div>
  );
}
