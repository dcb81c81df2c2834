import { z } from 'zod';

import { CircuitName } from '../proving-job/circuit-catalogue.ts';

/**
 * A job's id on the wire, the same in every version of Aztec: `<epoch number>:<CIRCUIT>:<sha256 of the inputs>`. The
 * name is the circuit; the number that travels beside it means another circuit in another version.
 */
export const WireJobId = z
  .string()
  .regex(/^(0|[1-9]\d{0,15}):[A-Z][A-Z0-9_]*:[0-9a-f]{64}$/)
  // A call with any other could only fail, again and again.
  .refine((id) => Number.isSafeInteger(Number(id.slice(0, id.indexOf(':')))))
  .brand('WireJobId');
export type WireJobId = z.infer<typeof WireJobId>;

/** The circuit that the id names. It may be one that no catalogue knows. */
export function circuitOfWireJob(id: WireJobId): CircuitName {
  return CircuitName.parse(id.slice(id.indexOf(':') + 1, id.lastIndexOf(':')));
}
