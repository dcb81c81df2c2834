import { z } from 'zod';

/** An element of the scalar field of BN254, as 32 bytes in lower-case hex with `0x`. */
export const Field = z
  .templateLiteral(['0x', z.string()])
  .refine((text) => /^0x[0-9a-f]{64}$/.test(text), 'not 32 bytes in lower-case hex')
  .brand('Field');
export type Field = z.infer<typeof Field>;

/** @throws {z.ZodError} if `value` is negative or has more than 32 bytes. */
export function fieldOf(value: bigint | number): Field {
  return Field.parse(`0x${value.toString(16).padStart(64, '0')}`);
}

export function fieldFromBytes(bytes: Uint8Array): Field {
  return Field.parse(`0x${Buffer.from(bytes).toString('hex')}`);
}

/** Splits bytes into elements of 32 bytes. */
export function fieldsFromBytes(bytes: Uint8Array): Field[] {
  return Array.from({ length: bytes.length / 32 }, (_, index) =>
    fieldFromBytes(bytes.subarray(32 * index, 32 * (index + 1))),
  );
}
