import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ObjectConflictError, ProofBucketMissingError } from '../../../../../shared/proof-store/errors.ts';
import { inputsKey, outputsKey, type ProofKey } from '../../../../../shared/proof-store/proof-store.ts';
import { S3ProofStore } from '../../../../../shared/engine/aws/s3/s3-proof-store.ts';
import { sha256Of } from '../../../../../shared/proving-job/proving-job-id.ts';
import { aNewJob } from '../../../../contract/a-new-job.ts';
import { type AwsHarness, openAwsHarness } from '../../../../contract/aws-harness.ts';

const BROKEN = new TextEncoder().encode('broken');
const WHOLE = new TextEncoder().encode('whole');

describe('S3ProofStore', () => {
  let harness: AwsHarness;
  let Bucket: string;
  let proofs: S3ProofStore;
  beforeEach(async () => {
    harness = await openAwsHarness(['bucket']);
    Bucket = harness.names.proofsBucket;
    proofs = new S3ProofStore({ s3: harness.clients.s3, bucket: Bucket, nowMs: () => 1_800_000_000_000 });
  });
  afterEach(() => harness.close());

  const readText = async (Key: string): Promise<string | undefined> => {
    const { Body } = await harness.clients.s3.send(new GetObjectCommand({ Bucket, Key }));
    return await Body?.transformToString();
  };
  const aside = async (): Promise<string[]> => {
    const { Contents = [] } = await harness.clients.s3.send(
      new ListObjectsV2Command({ Bucket, Prefix: 'quarantine/' }),
    );
    return Contents.map(({ Key = '' }) => Key);
  };
  /** Does something just before S3 gets the first command of that name. */
  const before = (command: string, act: () => Promise<void>): void => {
    let isDone = false;
    harness.clients.s3.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (commandName === command && !isDone) {
            isDone = true;
            await act();
          }
          return await next(args);
        },
      { step: 'initialize' },
    );
  };

  it("keeps a proof where Aztec's agents would, with its digest in the metadata", async () => {
    const { id } = aNewJob('ROOT_ROLLUP');
    await proofs.put(outputsKey('ROOT_ROLLUP', id), WHOLE);
    const Key = `outputs/ROOT_ROLLUP/${id}.json`;
    expect(await readText(Key)).toBe('whole');
    const { Metadata } = await harness.clients.s3.send(new HeadObjectCommand({ Bucket, Key }));
    expect(Metadata).toEqual({ sha256: sha256Of(WHOLE) });
  });

  it('detects damaged inputs, whatever their metadata says', async () => {
    const key = aKey();
    const { sha256 } = await proofs.put(key, WHOLE);
    const damaged = { Bucket, Key: key, Body: BROKEN, Metadata: { sha256 } };
    await harness.clients.s3.send(new PutObjectCommand(damaged));
    await expect(proofs.put(key, WHOLE)).rejects.toBeInstanceOf(ObjectConflictError);
  });

  it('names a quarantined copy after the key and the time, and takes a reason in any script', async () => {
    const key = aKey();
    await proofs.put(key, BROKEN);
    await proofs.quarantine(key, 'Überprüfung\nfehlgeschlagen ✗');
    const [copy, reason] = await aside();
    expect(copy).toMatch(new RegExp(`^quarantine/${key}\\.1800000000000-[0-9a-f]{8}$`));
    expect(reason).toBe(`${copy}.reason.txt`);
    expect(await readText(reason!)).toBe('Überprüfung\nfehlgeschlagen ✗\n');
  });

  it.each(['CopyObjectCommand', 'PutObjectCommand', 'DeleteObjectCommand'])(
    'loses nothing when it dies before %s while it sets an object aside',
    async (command) => {
      const key = aKey();
      const object = await proofs.put(key, BROKEN);
      before(command, () => Promise.reject(new Error('killed')));
      await expect(proofs.quarantine(key, 'bad')).rejects.toThrow('killed');
      expect(await proofs.get(object)).toEqual(Buffer.from(BROKEN));
      await proofs.quarantine(key, 'bad');
      const names = await aside();
      const copies = names.filter((name) => !name.endsWith('.reason.txt'));
      expect(copies.length).toBeGreaterThan(0);
      expect(copies.filter((name) => names.includes(`${name}.reason.txt`))).not.toEqual([]);
      await expect(proofs.put(key, WHOLE)).resolves.toBeDefined();
    },
  );

  it.each(['CopyObjectCommand', 'DeleteObjectCommand'])(
    'leaves the whole object that another process put in the place of the broken one before %s',
    async (command) => {
      const key = aKey();
      await proofs.put(key, BROKEN);
      before(command, async () => {
        await proofs.quarantine(key, 'bad');
        await proofs.put(key, WHOLE);
      });
      await proofs.quarantine(key, 'bad as well');
      expect(await readText(key)).toBe('whole');
    },
  );

  it('quarantines an object once when another process does so at the same time', async () => {
    const key = aKey();
    await proofs.put(key, BROKEN);
    before('DeleteObjectCommand', () => proofs.quarantine(key, 'bad'));
    await expect(proofs.quarantine(key, 'bad as well')).resolves.toBeUndefined();
  });

  it('names a bucket that does not exist', async () => {
    const elsewhere = new S3ProofStore({ s3: harness.clients.s3, bucket: `${Bucket}-gone`, nowMs: Date.now });
    await expect(elsewhere.put(aKey(), WHOLE)).rejects.toBeInstanceOf(ProofBucketMissingError);
    const object = { key: aKey(), sha256: sha256Of(WHOLE), sizeBytes: 5 };
    await expect(elsewhere.get(object)).rejects.toBeInstanceOf(ProofBucketMissingError);
  });
});

function aKey(): ProofKey {
  const { id, circuit } = aNewJob();
  return inputsKey(circuit, id);
}
