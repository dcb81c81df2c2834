import { z } from 'zod';

import { Field, fieldOf } from './field.ts';

/**
 * The statement of any canary proof, from leaf to root: `leaves` leaves of `tree`, one after the other, lead from state
 * `from` to state `to`, and all proofs below were made with these two keys.
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

/** The statement in the order of the circuits' public inputs. */
export function publicInputsOf({ tree, from, to, leaves, leafKeyHash, mergeKeyHash }: Statement): readonly Field[] {
  return [tree, from, to, fieldOf(leaves), leafKeyHash, mergeKeyHash];
}

/** The statement of the proof that joins these two; nothing here checks that they belong together. */
export function joinStatements(left: Statement, right: Statement): Statement {
  return { ...left, to: right.to, leaves: left.leaves + right.leaves };
}
