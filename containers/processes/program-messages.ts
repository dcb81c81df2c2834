import { z } from 'zod';

/** A report of a local program to its parent. Each program defines the schema of its values. */
export const ProgramReport = z.discriminatedUnion('kind', [
  /** It is ready; sent once. */
  z.strictObject({ kind: z.literal('ready'), value: z.unknown() }),
  /** It has failed, and ends. */
  z.strictObject({ kind: z.literal('failed'), message: z.string() }),
  /** Progress, before and after it is ready. */
  z.strictObject({ kind: z.literal('progress'), value: z.unknown() }),
]);
export type ProgramReport = z.infer<typeof ProgramReport>;
