import { z } from 'zod';

/**
 * Where the reference string comes from that a proof was made under: Aztec's `ceremony`, of which nobody knows the
 * secret, or `development`, whose secret is in this repository: under that one anybody can prove anything.
 */
export const CrsKind = z.enum(['ceremony', 'development']);
export type CrsKind = z.infer<typeof CrsKind>;
