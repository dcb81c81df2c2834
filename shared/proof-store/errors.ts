import type { Sha256 } from '../proving-job/proving-job-id.ts';
import type { ProofKey } from './proof-store.ts';

/** The store has nothing under the key. Store it again, then retry. */
export class ObjectMissingError extends Error {
  override readonly name = 'ObjectMissingError';
  readonly key: ProofKey;

  constructor(key: ProofKey, options?: ErrorOptions) {
    super(`the proof store has nothing under ${key}`, options);
    this.key = key;
  }
}

/** The bytes under the key are not the ones that were stored: truncated, altered or replaced. */
export class ObjectCorruptError extends Error {
  override readonly name = 'ObjectCorruptError';
  readonly key: ProofKey;
  readonly expectedSha256: Sha256;
  readonly actualSha256: Sha256;

  constructor(key: ProofKey, expectedSha256: Sha256, actualSha256: Sha256) {
    super(`object ${key} is corrupt: expected sha256 ${expectedSha256}, got ${actualSha256}`);
    this.key = key;
    this.expectedSha256 = expectedSha256;
    this.actualSha256 = actualSha256;
  }
}

/** The key already holds other bytes. `existing` says which. */
export class ObjectConflictError extends Error {
  override readonly name = 'ObjectConflictError';
  readonly key: ProofKey;
  readonly existingSha256: Sha256;
  readonly existingSizeBytes: number;

  constructor(key: ProofKey, existingSha256: Sha256, existingSizeBytes: number) {
    super(`object ${key} is already stored with sha256 ${existingSha256}`);
    this.key = key;
    this.existingSha256 = existingSha256;
    this.existingSizeBytes = existingSizeBytes;
  }
}
