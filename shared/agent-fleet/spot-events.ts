import { z } from 'zod';

import { Pool } from '../proving-job/circuit-family.ts';

/** Something that Spot did to a pool: it takes an agent back, or had none to give. */
export const SpotEvent = z.object({
  kind: z.enum(['interruption', 'refusal']),
  pool: Pool,
  /** The task that is taken back, or the provider's own id of its refusal. One that is told twice counts once. */
  subject: z.string().min(1),
  /** When it happened, as the provider says. */
  atMs: z.number().int(),
});
export type SpotEvent = z.infer<typeof SpotEvent>;

/**
 * What Spot did lately, for the scaler to buy elsewhere at once. Of use and never needed: without it, agents that do not
 * come up are missed after a while.
 */
export interface SpotEvents {
  /** Safe to repeat. */
  note(event: SpotEvent): Promise<void>;
  /** Those from a time on, oldest first, each once. */
  since(atMs: number): Promise<readonly SpotEvent[]>;
}
