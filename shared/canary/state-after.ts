import { poseidon2Permutation } from '@aztec/foundation/crypto/poseidon';

import { Field } from './field.ts';
import { stepsOf, type Work } from './work.ts';

/** The state after a leaf that starts at `from`: its circuit's computation, without a proof. */
export async function stateAfter(from: Field, work: Work): Promise<Field> {
  let state = BigInt(from);
  for (let step = 0; step < stepsOf(work); step++) {
    const [next] = await poseidon2Permutation([state, 0n, 0n, 0n]);
    if (next === undefined) throw new Error('the permutation returned nothing');
    state = next.toBigInt();
  }
  return Field.parse(`0x${state.toString(16).padStart(64, '0')}`);
}
