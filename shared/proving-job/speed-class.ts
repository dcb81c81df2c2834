import { z } from 'zod';

/**
 * How fast `bb` proves on a machine: 1 on two cores of an AMD EPYC, the machine of `docs/real-proofs.md`, and 4 where it takes a
 * quarter of the time. Speeds that differ by less than a fifth are one class, so that alike machines have the same.
 */
export const SpeedClass = z.number().positive().brand('SpeedClass');
export type SpeedClass = z.infer<typeof SpeedClass>;

const CLASSES_PER_DOUBLING = 2;

/** @param speed positive */
export function speedClassOf(speed: number): SpeedClass {
  const middle = 2 ** (Math.round(CLASSES_PER_DOUBLING * Math.log2(speed)) / CLASSES_PER_DOUBLING);
  return SpeedClass.parse(Number(middle.toPrecision(3)));
}
