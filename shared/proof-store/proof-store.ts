import { z } from 'zod';

import type { CircuitName } from '../proving-job/circuit-catalogue.ts';
import { type ProvingJobId, Sha256 } from '../proving-job/proving-job-id.ts';

/** Where an object is: `inputs/<CIRCUIT>/<jobId>` or `outputs/<CIRCUIT>/<jobId>`, Aztec's own layout. */
export const ProofKey = z
  .string()
  .regex(/^(inputs|outputs)\/[A-Z][A-Z0-9_]*\/[^/]+$/)
  .brand('ProofKey');
export type ProofKey = z.infer<typeof ProofKey>;

/** An object as it was stored: enough to read it back and to check that it is the same. */
export const StoredObject = z.strictObject({
  key: ProofKey,
  sha256: Sha256,
  sizeBytes: z.number().int().nonnegative(),
});
export type StoredObject = z.infer<typeof StoredObject>;

/** An object that official nodes and agents keep elsewhere, such as under `s3://` or `file://`: only they read and write it. */
export interface ObjectElsewhere {
  readonly uri: string;
}

/** The inputs or the proof of a job. */
export type Payload = StoredObject | ObjectElsewhere;

export function isElsewhere(payload: Payload): payload is ObjectElsewhere {
  return 'uri' in payload;
}

export function inputsKey(circuit: CircuitName, jobId: ProvingJobId): ProofKey {
  return ProofKey.parse(`inputs/${circuit}/${jobId}`);
}

/** Aztec's agents name the proof `<jobId>.json`; ours is the same JSON in the same place. */
export function outputsKey(circuit: CircuitName, jobId: ProvingJobId): ProofKey {
  return ProofKey.parse(`outputs/${circuit}/${jobId}.json`);
}

/**
 * Keeps the inputs and proofs of jobs, each under one key, written once. Contract: `test/contract/proof-store.contract.ts`.
 */
export interface ProofStore {
  /**
   * Stores `bytes` under `key`, whole or not at all. The same bytes again are a success that changes nothing.
   * @throws {ObjectConflictError} if the key holds other bytes; they are left as they are.
   * @throws {DiskReserveError} while the disk is full: try again later.
   */
  put(key: ProofKey, bytes: Uint8Array): Promise<StoredObject>;
  /**
   * Reads an object back and checks its digest and size.
   * @throws {ObjectMissingError} if the key holds nothing.
   * @throws {ObjectCorruptError} if the bytes are not the ones that were stored.
   */
  get(object: StoredObject): Promise<Uint8Array>;
  /**
   * Moves whatever `key` holds aside, with the reason, so that the key can be written again and the evidence stays.
   * An empty key is a success. Only the node may call it: agents have no permission to delete.
   * @param seen the digest of what was found there: another object, which has replaced it meanwhile, stays. @default any
   */
  quarantine(key: ProofKey, reason: string, seen?: Sha256): Promise<void>;
}
