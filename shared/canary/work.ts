import { z } from 'zod';

/** How much a leaf computes: a circuit for each amount, four times the size of the one before it. */
export const Work = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]);
export type Work = z.infer<typeof Work>;

/** How often a leaf applies the permutation to its state. */
export function stepsOf(work: Work): number {
  return 200 * 4 ** (work - 1);
}
