import { z } from 'zod';

import { CircuitName } from '../proving-job/circuit-catalogue.ts';

/**
 * A job's id on the wire, the same in every version of Aztec: `<epoch number>:<CIRCUIT>:<sha256 of the inputs>`. The
 * name is the circuit; the number that travels beside it means another circuit in another version.
 */
export const WireJobId = z
  .string()
  .regex(/^\d{1,16}:[A-Z][A-Z0-9_]*:[0-9a-f]{64}$/)
  .brand('WireJobId');
export type WireJobId = z.infer<typeof WireJobId>;

/** The circuit that the id names. It may be one that no catalogue knows. */
export function circuitOfWireJob(id: WireJobId): CircuitName {
  return CircuitName.parse(id.slice(id.indexOf(':') + 1, id.lastIndexOf(':')));
}
