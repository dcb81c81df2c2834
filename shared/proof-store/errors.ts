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

/** The bytes under the key did not come through whole, however often they were asked for. Nothing is wrong with them. */
export class ObjectTransferError extends Error {
  override readonly name = 'ObjectTransferError';
  readonly key: ProofKey;
  readonly attempts: number;

  constructor(key: ProofKey, attempts: number, options?: ErrorOptions) {
    super(`object ${key} could not be read whole in ${attempts} attempts: try again, and look at the network`, options);
    this.key = key;
    this.attempts = attempts;
  }
}

/** Others kept writing or removing the key all the time. What it holds now is not known; store it again. */
export class ObjectContendedError extends Error {
  override readonly name = 'ObjectContendedError';
  readonly key: ProofKey;
  readonly attempts: number;

  constructor(key: ProofKey, attempts: number, options?: ErrorOptions) {
    super(`object ${key} could not be stored in ${attempts} attempts, for others write it too: try again`, options);
    this.key = key;
    this.attempts = attempts;
  }
}

/** The store does not let this program do something. That says nothing about whether the key holds an object. */
export class ProofStoreRefusalError extends Error {
  override readonly name = 'ProofStoreRefusalError';
  /** What has to be granted, such as `s3:GetObject`. */
  readonly action: string;
  readonly bucket: string;
  readonly key: string;
  /** What the store calls it, such as `AccessDenied`. */
  readonly code: string;

  constructor(action: string, bucket: string, key: string, code: string, options?: ErrorOptions) {
    super(
      `S3 refuses ${action} on ${bucket}/${key} (${code}): grant it to this program's role, with s3:ListBucket on ` +
        `${bucket}, and see that the credentials are those of that role`,
      options,
    );
    this.action = action;
    this.bucket = bucket;
    this.key = key;
    this.code = code;
  }
}

/** There is no such bucket, or it is in another region. */
export class ProofBucketMissingError extends Error {
  override readonly name = 'ProofBucketMissingError';
  readonly bucket: string;

  constructor(bucket: string, options?: ErrorOptions) {
    super(
      `there is no bucket ${bucket} for proofs in this region: name the fleet's own with --aws-prefix or ` +
        'PROVER_PROOF_STORE, set AWS_REGION, or deploy the fleet',
      options,
    );
    this.bucket = bucket;
  }
}
