import { z } from 'zod';

import type { NativeCircuit } from '../proving-job/circuit-catalogue.ts';
import { CrsKind } from '../crs/crs-kind.ts';
import { Field } from './field.ts';
import { Statement } from './statement.ts';

/** The circuits whose proofs make up a tree. */
export const CanaryCircuit = z.enum(['CANARY_LEAF', 'CANARY_MERGE', 'CANARY_ROOT'] satisfies NativeCircuit[]);
export type CanaryCircuit = z.infer<typeof CanaryCircuit>;

/** A canary proof as it is in the proof store. */
export const CanaryProof = z.strictObject({
  circuit: CanaryCircuit,
  /** Under `development` the proof proves nothing: its secret is public. */
  crs: CrsKind,
  /** The key it is verified with. */
  keyHash: Field,
  statement: Statement,
  /** The proof's own elements, 32 bytes each, without the public inputs. */
  proof: z.base64().min(1),
});
export type CanaryProof = z.infer<typeof CanaryProof>;

/** Bytes that are not the canary inputs or the proof that they should be. */
export class CanaryFormatError extends Error {
  override readonly name = 'CanaryFormatError';
}

/** The bytes of a stored proof; the same proof is always the same bytes. */
export function encodeCanaryProof(proof: CanaryProof): Uint8Array {
  return encodeAs(CanaryProof, proof);
}

/** @throws {CanaryFormatError} if the bytes are not a stored proof of `circuit`. They are not verified. */
export function parseCanaryProof(circuit: CanaryCircuit, bytes: Uint8Array): CanaryProof {
  const proof = decodeAs(CanaryProof, bytes, `proof of ${circuit}`);
  if (proof.circuit !== circuit) throw new CanaryFormatError(`it is a proof of ${proof.circuit}, not of ${circuit}`);
  return proof;
}

/** JSON in the order of the schema, whatever order the value has: the same value is the same bytes. */
export function encodeAs<Schema extends z.ZodType>(schema: Schema, value: z.input<Schema>): Uint8Array {
  return Buffer.from(JSON.stringify(schema.parse(value)), 'utf8');
}

/** @throws {CanaryFormatError} naming what the bytes should be, and what is wrong with them. */
export function decodeAs<Schema extends z.ZodType>(schema: Schema, bytes: Uint8Array, what: string): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    throw new CanaryFormatError(`not a ${what}: it is not JSON`, { cause: error });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    throw new CanaryFormatError(`not a ${what}: ${z.prettifyError(parsed.error)}`, { cause: parsed.error });
  }
  return parsed.data;
}
