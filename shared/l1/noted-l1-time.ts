import { z } from 'zod';

import type { Note, Notes } from '../ledger/notes.ts';

/** L1's time as found by a program that reads L1, for programs that do not. */
export const NotedL1Time = z.strictObject({
  /** The time of the newest block, in Unix milliseconds. */
  blockAtMs: z.number().int().nonnegative(),
});
export type NotedL1Time = z.infer<typeof NotedL1Time>;

/** Where it is noted. */
export function l1TimeNote(notes: Notes): Note<NotedL1Time> {
  return notes.of('l1-time', NotedL1Time);
}
