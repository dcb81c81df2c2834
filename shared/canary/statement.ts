import { z } from 'zod';

import { Field, fieldOf } from './field.ts';

/**
 * What a canary proof says, a leaf's as well as the root's: `leaves` leaves of `tree`, one after the other, led from
 * state `from` to state `to`, and all proofs below were made with the two keys named.
 */
export const Statement = z.strictObject({
  /** Keeps proofs of one tree out of another. */
  tree: Field,
  from: Field,
  to: Field,
  leaves: z.number().int().positive(),
  leafKeyHash: Field,
  mergeKeyHash: Field,
});
export type Statement = z.infer<typeof Statement>;

/** The statement as the circuits have it, in the order of their public inputs. */
export function publicInputsOf({ tree, from, to, leaves, leafKeyHash, mergeKeyHash }: Statement): readonly Field[] {
  return [tree, from, to, fieldOf(leaves), leafKeyHash, mergeKeyHash];
}

/** The statement of the proof that joins these two; nothing here checks that they belong together. */
export function joinStatements(left: Statement, right: Statement): Statement {
  return { ...left, to: right.to, leaves: left.leaves + right.leaves };
}
