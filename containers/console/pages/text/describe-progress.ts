import type { EpochDetails } from '../../api/epoch.ts';
import { formatCount } from './format.ts';

/** `23 of 49 jobs proven`; of a tree that is not known beforehand, `23 of 49 jobs proven so far`. */
export function describeProgress({ done, expected, isSoFar }: EpochDetails['epoch']['jobs']): string {
  return `${formatCount(done)} of ${formatCount(expected)} jobs proven${isSoFar ? ' so far' : ''}`;
}
