import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';

import { S3ProofStore } from '../../shared/engine/aws/s3/s3-proof-store.ts';
import { openAwsHarness } from './aws-harness.ts';
import { describeProofStoreContract } from './proof-store.contract.ts';

describeProofStoreContract('S3ProofStore', async () => {
  const harness = await openAwsHarness(['bucket']);
  const { s3 } = harness.clients;
  const Bucket = harness.names.proofsBucket;
  const read = async (Key: string): Promise<Uint8Array> => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return Uint8Array.from((await Body?.transformToByteArray()) ?? []);
  };
  return {
    ...harness,
    proofs: new S3ProofStore({ s3, bucket: Bucket, nowMs: () => harness.nowMs() }),
    overwrite: async (Key, Body) => {
      await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
    },
    remove: async (Key) => {
      await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    },
    quarantined: async () => {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'quarantine/' }));
      const reasons = Contents.flatMap(({ Key = '' }) => (Key.endsWith('.reason.txt') ? [Key] : []));
      return await Promise.all(
        reasons.map(async (key) => ({
          bytes: await read(key.replace('.reason.txt', '')),
          reason: new TextDecoder().decode(await read(key)).trimEnd(),
        })),
      );
    },
  };
});
