import { z } from 'zod';

import { Pool } from '../../shared/proving-job/circuit-family.ts';
import { CostOfDay } from './cost-of-day.ts';

/** What one run of the scaler passes to the next. Losing it costs some money, but no epoch. */
export const ScalerNote = z.strictObject({
  atMs: z.number().int(),
  pools: z.partialRecord(
    Pool,
    z.strictObject({
      spotRunning: z.number().int().nonnegative().exactOptional(),
      spotShortSinceMs: z.number().int().exactOptional(),
      spotDryUntilMs: z.number().int().exactOptional(),
    }),
  ),
  cost: CostOfDay,
  /** The costs of epochs that ended until then have been recorded. */
  costsToldUntilMs: z.number().int().exactOptional(),
});
export type ScalerNote = z.infer<typeof ScalerNote>;
