import { S3ServiceException } from '@aws-sdk/client-s3';

import { ProofBucketMissingError, ProofStoreRefusalError } from '../../../proof-store/errors.ts';

/** A call to S3, for the error that names it. */
export interface S3Call {
  /** The IAM action, such as `s3:GetObject`. */
  readonly action: string;
  readonly bucket: string;
  readonly key: string;
}

/** S3's error as one that says what to do, where that is known; otherwise unchanged. */
export function refusalOf(error: unknown, { action, bucket, key }: S3Call): unknown {
  if (!(error instanceof S3ServiceException)) return error;
  const status = error.$metadata.httpStatusCode;
  // A redirect points to another region, where the fleet's bucket cannot be.
  if (error.name === 'NoSuchBucket' || status === 301) return new ProofBucketMissingError(bucket, { cause: error });
  if (status === 403) return new ProofStoreRefusalError(action, bucket, key, error.name, { cause: error });
  return error;
}

export function hasStatus(error: unknown, ...statuses: readonly number[]): error is S3ServiceException {
  return error instanceof S3ServiceException && statuses.includes(error.$metadata.httpStatusCode ?? 0);
}
