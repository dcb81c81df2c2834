import { createHash } from 'node:crypto';

import { z } from 'zod';

import { CircuitName } from './circuit-catalogue.ts';
import { EPOCH_ID_PATTERN, EpochId } from './epoch-id.ts';

/** A lower-case hex sha256 digest, 64 characters. */
export const Sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .brand('Sha256');
export type Sha256 = z.infer<typeof Sha256>;

/**
 * `<EpochId>:<CIRCUIT>:<sha256 of the inputs>`: the same inputs are one job, across restarts and nodes. Jobs that an earlier
 * version asked for have an epoch's number in place of its id.
 */
export const ProvingJobId = z
  .string()
  .regex(new RegExp(`^${EPOCH_ID_PATTERN}:[A-Z][A-Z0-9_]*:[0-9a-f]{64}$`))
  .brand('ProvingJobId');
export type ProvingJobId = z.infer<typeof ProvingJobId>;

export function sha256Of(bytes: Uint8Array): Sha256 {
  return Sha256.parse(createHash('sha256').update(bytes).digest('hex'));
}

export function makeProvingJobId(epochId: EpochId, circuit: CircuitName, inputsSha256: Sha256): ProvingJobId {
  return ProvingJobId.parse(`${epochId}:${circuit}:${inputsSha256}`);
}

/** Splits an id into its parts. @throws {z.ZodError} when the circuit is not in the catalogue. */
export function parseProvingJobId(id: ProvingJobId): {
  readonly epochId: EpochId;
  readonly circuit: CircuitName;
  readonly inputsSha256: Sha256;
} {
  return {
    epochId: epochIdOf(id),
    circuit: CircuitName.parse(circuitNamedBy(id)),
    inputsSha256: Sha256.parse(id.slice(id.lastIndexOf(':') + 1)),
  };
}

/** The epoch of a job, of whatever circuit. */
export function epochIdOf(id: ProvingJobId): EpochId {
  return EpochId.parse(id.split(':').slice(0, -2).join(':'));
}

/** The circuit that an id names: it may not be in the catalogue. */
export function circuitNamedBy(id: ProvingJobId): string | undefined {
  return id.split(':').at(-2);
}
