import type { RollupId } from '../../../shared/proving-job/epoch-id.ts';
import { type Line, toned } from '../../terminal/line.ts';

/** Names an epoch's rollup after its number, where that is needed. */
export function ofRollup(rollup: RollupId | undefined): Line {
  return rollup === undefined ? [] : [toned('dim', ` of ${rollup}`)];
}
