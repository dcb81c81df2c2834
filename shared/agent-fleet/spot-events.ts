import { z } from 'zod';

import { Pool } from '../proving-job/circuit-family.ts';

/** What happened to a pool on Spot: AWS takes an agent back, or had none to give. */
export const SpotEvent = z.object({
  kind: z.enum(['interruption', 'refusal']),
  /** The version line of the agents. @default the native one */
  line: z.string().exactOptional(),
  pool: Pool,
  /** The task that is taken back, or the provider's id of its refusal. A subject that is reported twice counts once. */
  subject: z.string().min(1),
  /** When it happened, by the provider's clock. */
  atMs: z.number().int(),
});
export type SpotEvent = z.infer<typeof SpotEvent>;

/**
 * Recent events on Spot, so that the scaler buys elsewhere at once. Useful but never required: without them, it notices
 * after a while that agents do not start.
 */
export interface SpotEvents {
  /** Safe to repeat. */
  note(event: SpotEvent): Promise<void>;
  /** Events from `atMs` on, oldest first, one per subject. */
  since(atMs: number): Promise<readonly SpotEvent[]>;
}
