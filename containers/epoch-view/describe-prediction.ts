import type { ChainStep } from '../../shared/merge-tree/prediction/blocking-chain.ts';
import type { EpochPrediction } from '../../shared/merge-tree/prediction/predict-epochs.ts';
import type { Tone } from '../terminal/line.ts';
import { formatDuration } from '../terminal/format-duration.ts';

/** Below this, a root in time is in doubt; below the other, it is unlikely. */
const SAFE_CHANCE = 0.95;
const EVEN_CHANCE = 0.5;

/** When the root will be proven: `in 4 min 10 s (3 min 40 s to 5 min 2 s), in time: 97 %`. */
export function describeFinish({ rootInSeconds, chanceInTime, lacking }: EpochPrediction): string {
  const { early, likely, late } = rootInSeconds;
  if (lacking.length > 0) return `never: no agent of pool ${lacking.join(', ')}`;
  if (late === 0) return 'root proven';
  const range = `${formatDuration(early * 1000)} to ${formatDuration(late * 1000)}`;
  const chance = chanceInTime === undefined ? '' : `, in time: ${formatChance(chanceInTime)}`;
  return `in ${formatDuration(likely * 1000)} (${range})${chance}`;
}

/** The same for a narrow terminal: `in 4 min 10 s, 97 %`. */
export function describeFinishBriefly(prediction: EpochPrediction): string {
  const { rootInSeconds, chanceInTime, lacking } = prediction;
  if (lacking.length > 0 || rootInSeconds.late === 0) return describeFinish(prediction);
  const chance = chanceInTime === undefined ? '' : `, ${formatChance(chanceInTime)}`;
  return `in ${formatDuration(rootInSeconds.likely * 1000)}${chance}`;
}

/** No prediction is certain: `over 99 %`, `97 %`, `under 1 %`. */
export function formatChance(chance: number): string {
  if (chance > 0.99) return 'over 99 %';
  return chance < 0.01 ? 'under 1 %' : `${Math.round(100 * chance)} %`;
}

export type ToneOfChance = Extract<Tone, 'good' | 'busy' | 'bad'>;

export function toneOfChance({
  chanceInTime = 1,
  lacking,
}: Pick<EpochPrediction, 'chanceInTime' | 'lacking'>): ToneOfChance {
  if (lacking.length > 0 || chanceInTime < EVEN_CHANCE) return 'bad';
  return chanceInTime < SAFE_CHANCE ? 'busy' : 'good';
}

/** What the root waits for, job by job: `CHECKPOINT_ROOT_ROLLUP (running for 12 s) > ROOT_ROLLUP`. */
export function describeChain({ chain }: EpochPrediction): string {
  return chain.length === 0 ? 'nothing' : chain.map(describeStep).join(' > ');
}

function describeStep({ circuit, state, runningSeconds, startsInSeconds }: ChainStep, place: number): string {
  if (state === 'running') return `${circuit} (running for ${formatDuration(runningSeconds * 1000)})`;
  if (startsInSeconds === Infinity) return place === 0 ? `${circuit} (no agent)` : circuit;
  return state === 'waiting' ? `${circuit} (waiting)` : circuit;
}
