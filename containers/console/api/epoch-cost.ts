import { z } from 'zod';

import { EpochId } from '../../../shared/proving-job/epoch-id.ts';
import { Moment } from './answer.ts';

/** `GET /api/epochs/EPOCH/cost`: what it cost, part by part, as `coppice cost` has it. */
export const EpochCost = Moment.extend({
  epochId: EpochId,
  /** Of the parts whose price is known. */
  dollars: z.number().nonnegative(),
  parts: z.array(
    z.object({
      kind: z.enum(['agents', 'aws', 'l1']),
      /** A pool, an AWS service, or `gas`. */
      name: z.string(),
      dollars: z.number().nonnegative().optional(),
      /** What it pays for, and how accurate it is. */
      because: z.string(),
    }),
  ),
});
export type EpochCost = z.infer<typeof EpochCost>;
