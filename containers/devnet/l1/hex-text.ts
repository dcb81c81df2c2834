import { z } from 'zod';

/** An address or a field element as text, `0x…`. */
export const HexText = z.templateLiteral(['0x', z.string().regex(/^[0-9a-fA-F]+$/)]);
export type HexText = z.infer<typeof HexText>;
