import { z } from 'zod';

import { CrsKind } from '../../../shared/crs/crs-kind.ts';

/** How canary circuits are proven. */
export const CanaryFamilyOptions = z.strictObject({
  /** Where the reference string comes from; what `CRS_PATH` holds must be of this kind. */
  crs: CrsKind,
  /** `CRS_PATH`: the folder in which `bb` keeps it. */
  crsPath: z.string().min(1),
  /** `HARDWARE_CONCURRENCY`: threads of `bb`. @default as many as the process may use */
  threads: z.number().int().positive().optional(),
  /** Memory that the agent may count on, in MiB. @default the machine's, or its container's */
  memoryMib: z.number().int().positive().optional(),
});
export type CanaryFamilyOptions = z.input<typeof CanaryFamilyOptions>;
