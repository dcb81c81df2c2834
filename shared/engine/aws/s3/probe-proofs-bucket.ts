import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

import { hasStatus, refusalOf } from './s3-refusal.ts';

/** Nothing has this key, and nothing is stored under it. */
const PROBE_KEY = 'probe';
/** No object has this entity tag. */
const NO_ETAG = `"${'0'.repeat(32)}"`;

/**
 * Makes the calls that a proof store makes, and stores nothing: the upload is on the condition that it replaces an object that
 * does not exist, which S3 checks after the permission.
 * @throws {ProofBucketMissingError} @throws {ProofStoreRefusalError} when the bucket cannot be read, or not be written
 */
export async function probeProofsBucket({
  s3,
  bucket,
}: {
  readonly s3: S3Client;
  readonly bucket: string;
}): Promise<void> {
  const object = { Bucket: bucket, Key: PROBE_KEY };
  await probe('s3:GetObject', () => s3.send(new GetObjectCommand(object)));
  await probe('s3:PutObject', () =>
    s3.send(new PutObjectCommand({ ...object, Body: new Uint8Array(), ContentLength: 0, IfMatch: NO_ETAG })),
  );

  async function probe(action: string, call: () => Promise<unknown>): Promise<void> {
    try {
      await call();
    } catch (error) {
      const refusal = refusalOf(error, { action, bucket, key: PROBE_KEY });
      // What is not refused for the bucket or the permission is refused for the object, as intended.
      if (refusal !== error || !hasStatus(error, 404, 412)) throw refusal;
    }
  }
}
