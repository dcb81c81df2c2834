import type { CircuitFamily } from './circuit-family.ts';

/**
 * The circuits of the canary: a small recursion tree, proven for real, to test a fleet before an epoch depends on it.
 * Seconds are those of two cores; gates are `bb`'s count.
 */
export const CANARY_FAMILY = {
  levels: ['keys', 'leaves', 'merges', 'root'],
  circuits: {
    // The keys of the others, made once for a fleet: not part of any tree.
    CANARY_KEY: { pool: 'small', lane: 'urgent', level: 'keys', expectedSeconds: 30, log2Gates: 21 },
    CANARY_LEAF: { pool: 'small', lane: 'normal', level: 'leaves', expectedSeconds: 2, log2Gates: 16 },
    CANARY_MERGE: { pool: 'small', lane: 'urgent', level: 'merges', expectedSeconds: 30, log2Gates: 21 },
    CANARY_ROOT: { pool: 'small', lane: 'urgent', level: 'root', expectedSeconds: 30, log2Gates: 21 },
  },
} as const satisfies CircuitFamily;
