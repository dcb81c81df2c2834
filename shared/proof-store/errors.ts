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

/** Every try to read the bytes under the key was cut off. Nothing is known to be wrong with the object itself. */
export class ObjectTransferError extends Error {
  override readonly name = 'ObjectTransferError';
  readonly key: ProofKey;
  readonly attempts: number;

  constructor(key: ProofKey, attempts: number, options?: ErrorOptions) {
    super(`object ${key} could not be read whole in ${attempts} attempts: try again, and check the network`, options);
    this.key = key;
    this.attempts = attempts;
  }
}

/** The disk of the store is full, but for what is kept free for the ledger. Nothing was stored; it succeeds once there is room. */
export class DiskReserveError extends Error {
  override readonly name = 'DiskReserveError';
  readonly directory: string;
  readonly freeBytes: number;
  readonly reserveBytes: number;

  constructor(directory: string, freeBytes: number, reserveBytes: number, options?: ErrorOptions) {
    super(
      `the disk of ${directory} is full: ${toMib(freeBytes)} MiB are free, and ${toMib(reserveBytes)} MiB are kept for ` +
        'the ledger. Free space on it, or move the data directory to a larger disk; nothing is lost, it is tried again',
      options,
    );
    this.directory = directory;
    this.freeBytes = freeBytes;
    this.reserveBytes = reserveBytes;
  }
}

/** Other writers kept replacing or removing the object in every attempt. Its content is unknown; store it again. */
export class ObjectContendedError extends Error {
  override readonly name = 'ObjectContendedError';
  readonly key: ProofKey;
  readonly attempts: number;

  constructor(key: ProofKey, attempts: number, options?: ErrorOptions) {
    super(
      `object ${key} could not be stored in ${attempts} attempts because other writers keep replacing it: try again`,
      options,
    );
    this.key = key;
    this.attempts = attempts;
  }
}

/** The store refuses this program a permission. Whether the key holds an object stays unknown. */
export class ProofStoreRefusalError extends Error {
  override readonly name = 'ProofStoreRefusalError';
  /** The permission to grant, such as `s3:GetObject`. */
  readonly action: string;
  readonly bucket: string;
  readonly key: string;
  /** What the store calls it, such as `AccessDenied`. */
  readonly code: string;

  constructor(action: string, bucket: string, key: string, code: string, options?: ErrorOptions) {
    super(
      `S3 refuses ${action} on ${bucket}/${key} (${code}): grant it to this program's role, with s3:ListBucket on ` +
        `${bucket}, and check that the credentials are those of that role`,
      options,
    );
    this.action = action;
    this.bucket = bucket;
    this.key = key;
    this.code = code;
  }
}

/** The bucket does not exist, or is in another region. */
export class ProofBucketMissingError extends Error {
  override readonly name = 'ProofBucketMissingError';
  readonly bucket: string;

  constructor(bucket: string, options?: ErrorOptions) {
    super(
      `bucket ${bucket} for proofs does not exist in this region: name the fleet's own with --aws-prefix or ` +
        'PROVER_PROOF_STORE, set AWS_REGION, or deploy the fleet',
      options,
    );
    this.bucket = bucket;
  }
}

function toMib(bytes: number): number {
  return Math.floor(bytes / 2 ** 20);
}

/** Whether the store has lost the object, rather than being out of reach. */
export function isLostObject(error: unknown): error is ObjectMissingError | ObjectCorruptError {
  return error instanceof ObjectMissingError || error instanceof ObjectCorruptError;
}
