import { z } from 'zod';

import { Pool } from '../../shared/proving-job/circuit-family.ts';
import { CostOfDay } from './cost-of-day.ts';

/** What one run of the scaler hands to the next. To lose it costs some money, and no epoch. */
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
  /** Epochs that ended until then have had their costs told. */
  costsToldUntilMs: z.number().int().exactOptional(),
});
export type ScalerNote = z.infer<typeof ScalerNote>;
