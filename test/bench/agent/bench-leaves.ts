import { leafInputs } from '../../../shared/canary/canary-inputs.ts';
import { developmentKeys } from '../../../shared/canary/development-keys.ts';
import { fieldOf } from '../../../shared/canary/field.ts';
import { stateAfter } from '../../../shared/canary/state-after.ts';
import type { LeafKey } from '../../../shared/canary/verification-key.ts';
import type { Work } from '../../../shared/canary/work.ts';

/** Inputs of `count` leaves, one after the other, and the key they are proven with. */
export interface BenchLeaves {
  readonly inputs: readonly Uint8Array[];
  readonly key: LeafKey;
}

export async function makeBenchLeaves(count: number, work: Work): Promise<BenchLeaves> {
  const keys = developmentKeys(work);
  if (keys === undefined) throw new Error(`missing development key for work ${work}: run npm run canary:keys`);
  const inputs: Uint8Array[] = [];
  let from = fieldOf(1);
  for (let leaf = 0; leaf < count; leaf++) {
    const to = await stateAfter(from, work);
    inputs.push(leafInputs({ tree: fieldOf(1), from, to }, keys));
    from = to;
  }
  return { inputs, key: keys.leaf };
}
