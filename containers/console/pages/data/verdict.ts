import { formatDuration } from '../../../terminal/format-duration.ts';
import { formatChance } from '../../../epoch-view/describe-prediction.ts';
import { toneOfPrediction } from '../text/describe-prediction.ts';
import type { EpochSummary } from '../../api/epochs.ts';
import type { Prediction } from '../../api/prediction.ts';

/** Whether somebody has to act: `bad` now, `busy` soon. */
export type VerdictTone = 'good' | 'busy' | 'bad' | 'calm';

export interface Verdict {
  readonly tone: VerdictTone;
  /** Whether the epoch will make its deadline, in one sentence. */
  readonly headline: string;
  /** By when, and with which margin. */
  readonly detail: string | undefined;
}

/** With less than this left of its window, a proven epoch may still miss L1. */
const THIN_MARGIN_MS = 10 * 60_000;

/** Whether an epoch makes its deadline, and what stands against it. */
export function verdictOf(epoch: EpochSummary, nowMs: number): Verdict {
  const { name, state, reason, deadlineAtMs, closedAtMs, marginMs, isMissed } = epoch;
  if (state === 'proven') {
    const margin = marginMs === undefined ? undefined : `${formatDuration(marginMs)} before its deadline`;
    return { tone: 'good', headline: `Epoch ${name} is proven on L1.`, detail: margin };
  }
  if (isMissed) {
    const since = deadlineAtMs ?? closedAtMs;
    const detail = since === undefined ? reason : `Its window closed ${formatDuration(nowMs - since)} ago.`;
    return { tone: 'bad', headline: `Epoch ${name} was missed.`, detail };
  }
  if (state === 'failed') return { tone: 'bad', headline: `Epoch ${name} failed.`, detail: reason };
  const leftMs = deadlineAtMs === undefined ? undefined : deadlineAtMs - nowMs;
  if (state === 'submitting') {
    const isThin = leftMs !== undefined && leftMs < THIN_MARGIN_MS;
    const tone = isThin ? 'bad' : reason === undefined ? 'good' : 'busy';
    return { tone, headline: `The root of epoch ${name} is proven and waits for L1.`, detail: reason ?? until(leftMs) };
  }
  return { ...provingVerdict(name, epoch.prediction), detail: until(leftMs) };
}

function provingVerdict(name: string, prediction: Prediction | undefined): Pick<Verdict, 'tone' | 'headline'> {
  if (prediction === undefined) return { tone: 'calm', headline: `Epoch ${name} has no prediction yet.` };
  const { lackingPools, chanceInTime } = prediction;
  const tone = toneOfPrediction(prediction);
  if (lackingPools.length > 0) {
    return { tone, headline: `Epoch ${name} will not be proven: no agents of pool ${lackingPools.join(', ')}.` };
  }
  if (chanceInTime === undefined) return { tone, headline: `Epoch ${name} is being proven.` };
  const chance = `chance: ${formatChance(chanceInTime)}`;
  switch (tone) {
    case 'bad':
      return { tone, headline: `Epoch ${name} will probably miss its deadline (${chance}).` };
    case 'busy':
      return { tone, headline: `Epoch ${name} may miss its deadline (${chance}).` };
    default:
      return { tone, headline: `Epoch ${name} will make its deadline (${chance}).` };
  }
}

function until(leftMs: number | undefined): string | undefined {
  if (leftMs === undefined) return undefined;
  return leftMs >= 0 ? `Its window closes in ${formatDuration(leftMs)}.` : 'Its window has closed.';
}

const ORDER: readonly VerdictTone[] = ['bad', 'busy', 'calm', 'good'];

/** The epochs that need proofs or L1 still, those most at risk first; of equal ones, the nearest deadline. */
export function byRisk(epochs: readonly EpochSummary[], nowMs: number): readonly EpochSummary[] {
  const rank = (epoch: EpochSummary): number => ORDER.indexOf(verdictOf(epoch, nowMs).tone);
  return epochs
    .filter(isOpen)
    .toSorted((a, b) => rank(a) - rank(b) || (a.deadlineAtMs ?? Infinity) - (b.deadlineAtMs ?? Infinity));
}

/** Whether something is still to be done for it; a failed epoch may be taken up again until its window closes. */
export function isOpen({ state, isMissed }: EpochSummary): boolean {
  return !isMissed && (state === 'proving' || state === 'submitting' || state === 'failed');
}
