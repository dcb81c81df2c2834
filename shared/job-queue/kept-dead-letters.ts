import { z } from 'zod';

import { Lane, Pool } from '../proving-job/circuit-family.ts';

/** A dead letter that leads to no job, and the queue that it came from. */
export const KeptDeadLetter = z.object({
  /** The id that the dead-letter queue gave the message. */
  messageId: z.string(),
  /** The version line of that queue. @default the native one */
  line: z.string().exactOptional(),
  pool: Pool,
  lane: Lane,
  body: z.string(),
  reason: z.string(),
  parkedAtMs: z.number().int(),
});
export type KeptDeadLetter = z.infer<typeof KeptDeadLetter>;

/** Dead letters that need an operator, kept after their dead-letter queue was emptied. */
export interface KeptDeadLetters {
  /** Safe to repeat: a message that is delivered again is the same letter. */
  keep(letter: KeptDeadLetter): Promise<void>;
  /** Oldest first. */
  list(): Promise<readonly KeptDeadLetter[]>;
  /** Safe to repeat. */
  remove(letter: Pick<KeptDeadLetter, 'messageId' | 'parkedAtMs'>): Promise<void>;
}
