import { z } from 'zod';

/** What a program of the devnet says to its parent. Whose value it is decides what the value may be. */
export const ProgramReport = z.discriminatedUnion('kind', [
  /** It works; said once. */
  z.strictObject({ kind: z.literal('ready'), value: z.unknown() }),
  /** It cannot work, and ends. */
  z.strictObject({ kind: z.literal('failed'), message: z.string() }),
  /** Progress, before and after it is ready. */
  z.strictObject({ kind: z.literal('told'), value: z.unknown() }),
]);
export type ProgramReport = z.infer<typeof ProgramReport>;
