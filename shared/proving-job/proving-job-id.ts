import { createHash } from 'node:crypto';

import { z } from 'zod';

import { CircuitName } from './circuit-catalogue.ts';

/**
 * An epoch's number: on its rollup, from 0; without a rollup, such as the canary's, from {@link FIRST_TRIAL_EPOCH}.
 */
export const EpochNumber = z.number().int().nonnegative().brand('EpochNumber');
export type EpochNumber = z.infer<typeof EpochNumber>;

/** No rollup reaches it: with an epoch every 12 s it would take 380 years. So a trial never takes a rollup's number. */
export const FIRST_TRIAL_EPOCH = EpochNumber.parse(1_000_000_000);

/** A lower-case hex sha256 digest, 64 characters. */
export const Sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .brand('Sha256');
export type Sha256 = z.infer<typeof Sha256>;

/** `<epoch>:<CIRCUIT>:<sha256 of the inputs>`: the same inputs are one job, across restarts and nodes. */
export const ProvingJobId = z
  .string()
  .regex(/^\d+:[A-Z][A-Z0-9_]*:[0-9a-f]{64}$/)
  .brand('ProvingJobId');
export type ProvingJobId = z.infer<typeof ProvingJobId>;

export function sha256Of(bytes: Uint8Array): Sha256 {
  return Sha256.parse(createHash('sha256').update(bytes).digest('hex'));
}

export function makeProvingJobId(epoch: EpochNumber, circuit: CircuitName, inputsSha256: Sha256): ProvingJobId {
  return ProvingJobId.parse(`${epoch}:${circuit}:${inputsSha256}`);
}

/** Splits an id into its parts. @throws {z.ZodError} when the circuit is not in the catalogue. */
export function parseProvingJobId(id: ProvingJobId): {
  readonly epoch: EpochNumber;
  readonly circuit: CircuitName;
  readonly inputsSha256: Sha256;
} {
  const [epoch, circuit, inputsSha256] = id.split(':');
  return {
    epoch: EpochNumber.parse(Number(epoch)),
    circuit: CircuitName.parse(circuit),
    inputsSha256: Sha256.parse(inputsSha256),
  };
}
