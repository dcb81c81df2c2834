import { z } from 'zod';

/**
 * The origin of a proof's reference string: Aztec's `ceremony`, whose secret nobody knows, or `development`, whose secret
 * is in this repository, so that anyone can prove anything under it.
 */
export const CrsKind = z.enum(['ceremony', 'development']);
export type CrsKind = z.infer<typeof CrsKind>;
