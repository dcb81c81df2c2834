import { z } from 'zod';

import type { Note, Notes } from '../ledger/notes.ts';
import { RollupId } from '../proving-job/epoch-id.ts';

/** The registry's canonical rollup, as a program that reads L1 found it. An upgrade of the network changes it. */
export const CanonicalRollup = z.strictObject({ rollup: RollupId });
export type CanonicalRollup = z.infer<typeof CanonicalRollup>;

/** Where it is noted. */
export function canonicalRollupNote(notes: Notes): Note<CanonicalRollup> {
  return notes.of('canonical-rollup', CanonicalRollup);
}
