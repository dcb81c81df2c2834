import { afterEach, describe, expect, it } from 'vitest';

import {
  ObjectConflictError,
  ObjectContendedError,
  ObjectCorruptError,
  ObjectMissingError,
  ObjectTransferError,
  ProofBucketMissingError,
  ProofStoreRefusalError,
} from '../../../../../shared/proof-store/errors.ts';
import { inputsKey, type StoredObject } from '../../../../../shared/proof-store/proof-store.ts';
import { S3ProofStore } from '../../../../../shared/engine/aws/s3/s3-proof-store.ts';
import { sha256Of } from '../../../../../shared/proving-job/proving-job-id.ts';
import { aNewJob } from '../../../../contract/a-new-job.ts';
import {
  cut,
  lost,
  refused,
  type ScriptedAnswer,
  type ScriptedS3,
  stalled,
  startScriptedS3,
  stored,
  trickling,
  whole,
} from './scripted-s3.ts';

const BYTES = new TextEncoder().encode('the inputs of a job');
const PATIENCE = { answerMs: 2_000, idleMs: 2_000, slowestBytesPerSecond: 1_000_000, firstPauseMs: 1 };
const TRIES = 6;

describe('S3ProofStore, on an unreliable S3', () => {
  let scripted: ScriptedS3;
  afterEach(() => scripted.close());

  async function open(
    answers: readonly [ScriptedAnswer, ...ScriptedAnswer[]],
    patience: Partial<typeof PATIENCE> = {},
  ): Promise<{ readonly proofs: S3ProofStore; readonly retries: unknown[] }> {
    scripted = await startScriptedS3(...answers);
    const retries: unknown[] = [];
    const proofs = new S3ProofStore({
      s3: scripted.s3,
      bucket: 'proofs',
      nowMs: () => 0,
      patience: { ...PATIENCE, ...patience },
      onRetry: (error) => retries.push(error),
    });
    return { proofs, retries };
  }
  const asked = (): unknown[] => scripted.requests.map(({ method }) => method);

  describe('put', () => {
    it('asks S3 not to overwrite another object, and to check the digest', async () => {
      const { proofs } = await open([stored()]);
      const { key, sha256 } = await proofs.put(anObject().key, BYTES);
      expect(scripted.requests).toHaveLength(1);
      expect(scripted.requests[0]).toMatchObject({
        method: 'PUT',
        url: `/proofs/${key.replaceAll(':', '%3A')}?x-id=PutObject`,
        headers: {
          'if-none-match': '*',
          'x-amz-checksum-sha256': Buffer.from(sha256, 'hex').toString('base64'),
          'x-amz-meta-sha256': sha256,
          'content-length': String(BYTES.byteLength),
        },
      });
    });

    it('uploads again while S3 says that another upload of the key is under way', async () => {
      const busy = refused(409, 'ConditionalRequestConflict');
      const { proofs, retries } = await open([busy, busy, stored()]);
      await expect(proofs.put(anObject().key, BYTES)).resolves.toEqual(expect.objectContaining({ sizeBytes: 19 }));
      expect(asked()).toEqual(['PUT', 'PUT', 'PUT']);
      expect(retries).toHaveLength(2);
    });

    it('gives up on a key that is always being written', async () => {
      const { proofs } = await open([refused(409, 'ConditionalRequestConflict')]);
      const { key } = anObject();
      await expect(proofs.put(key, BYTES)).rejects.toMatchObject({
        name: ObjectContendedError.name,
        key,
        attempts: TRIES,
      });
      expect(asked()).toEqual(Array(TRIES).fill('PUT'));
    });

    it('finds its own object when the response to the upload was lost', async () => {
      const { proofs } = await open([lost(), refused(412, 'PreconditionFailed'), whole(BYTES)]);
      await expect(proofs.put(anObject().key, BYTES)).resolves.toBeDefined();
      expect(asked()).toEqual(['PUT', 'PUT', 'GET']);
    });

    it('uploads again when the conflicting object has gone', async () => {
      const taken = refused(412, 'PreconditionFailed');
      const { proofs } = await open([taken, refused(404, 'NoSuchKey'), stored()]);
      await expect(proofs.put(anObject().key, BYTES)).resolves.toBeDefined();
      expect(asked()).toEqual(['PUT', 'GET', 'PUT']);
    });

    it('reads a conflicting object again when its body broke off, rather than taking half of it for other bytes', async () => {
      const { proofs } = await open([refused(412, 'PreconditionFailed'), cut(BYTES), whole(BYTES)]);
      await expect(proofs.put(anObject().key, BYTES)).resolves.toBeDefined();
    });

    it('describes the conflicting bytes', async () => {
      const others = new TextEncoder().encode('others');
      const { proofs } = await open([refused(412, 'PreconditionFailed'), whole(others)]);
      await expect(proofs.put(anObject().key, BYTES)).rejects.toMatchObject({
        name: ObjectConflictError.name,
        existingSha256: sha256Of(others),
        existingSizeBytes: others.byteLength,
      });
    });
  });

  describe('get', () => {
    it('reads a body again when it broke off in the middle', async () => {
      const { proofs, retries } = await open([cut(BYTES), cut(BYTES), whole(BYTES)]);
      expect(await proofs.get(anObject())).toEqual(Buffer.from(BYTES));
      expect(retries).toHaveLength(2);
    });

    it('cuts a body that stalls and reads it again', async () => {
      const { proofs, retries } = await open([stalled(BYTES), whole(BYTES)], { idleMs: 50 });
      expect(await proofs.get(anObject())).toEqual(Buffer.from(BYTES));
      expect(String(retries)).toContain('stalled for 50 ms after 9 of 19 bytes');
    });

    it('cuts a body that never stalls and never ends', async () => {
      const { proofs, retries } = await open([trickling(BYTES, 20), whole(BYTES)], { answerMs: 100 });
      expect(await proofs.get(anObject())).toEqual(Buffer.from(BYTES));
      expect(String(retries)).toMatch(/took more than \d+ ms after [1-9]\d* of 19 bytes/);
    });

    it('gives up on a body that always breaks off, and does not call the object corrupt', async () => {
      const { proofs } = await open([cut(BYTES)]);
      const object = anObject();
      await expect(proofs.get(object)).rejects.toMatchObject({
        name: ObjectTransferError.name,
        key: object.key,
        attempts: TRIES,
      });
      expect(asked()).toEqual(Array(TRIES).fill('GET'));
    });

    it('reads an object only once when it arrived whole and is wrong', async () => {
      const { proofs } = await open([whole(BYTES.toReversed())]);
      await expect(proofs.get(anObject())).rejects.toBeInstanceOf(ObjectCorruptError);
      expect(asked()).toEqual(['GET']);
    });

    it('closes the connection of a body that it cut', async () => {
      const { proofs } = await open([stalled(BYTES), whole(BYTES)], { idleMs: 50 });
      const isClosed = new Promise((resolve) => {
        scripted.s3.middlewareStack.add(
          (next) => async (args) => {
            const answer = await next(args);
            scripted.requests[0]!.socket.once('close', resolve);
            return answer;
          },
          {},
        );
      });
      await proofs.get(anObject());
      await isClosed;
    });
  });

  // The emulator copies whatever is there.
  it('asks S3 to copy aside and to delete nothing but the object that it found', async () => {
    const copied: ScriptedAnswer = (response) =>
      response.writeHead(200).end('<CopyObjectResult><ETag>2</ETag></CopyObjectResult>');
    const { proofs } = await open([stored(), copied, stored()]);
    await proofs.quarantine(anObject().key, 'bad');
    expect(
      scripted.requests.map(({ method, headers }) => [
        method,
        headers['x-amz-copy-source-if-match'] ?? headers['if-match'],
      ]),
    ).toEqual([
      ['HEAD', undefined],
      ['PUT', '"1"'],
      ['PUT', undefined],
      ['DELETE', '"1"'],
    ]);
  });

  it.each([
    ['get', 's3:GetObject', 'AccessDenied', (proofs: S3ProofStore) => proofs.get(anObject())],
    ['put', 's3:PutObject', 'AccessDenied', (proofs: S3ProofStore) => proofs.put(anObject().key, BYTES)],
    ['put', 's3:PutObject', 'InvalidAccessKeyId', (proofs: S3ProofStore) => proofs.put(anObject().key, BYTES)],
    ['quarantine', 's3:GetObject', 'Unknown', (proofs: S3ProofStore) => proofs.quarantine(anObject().key, 'bad')],
  ])('reports that it may not %s, because %s is missing: %s', async (_, action, code, act) => {
    const { proofs } = await open([refused(403, code)]);
    const refusal = act(proofs);
    await expect(refusal).rejects.toMatchObject({ name: ProofStoreRefusalError.name, action, code, bucket: 'proofs' });
    await expect(refusal).rejects.toThrow(/^S3 refuses s3:\w+ on proofs\/inputs\/.* grant it/);
    expect(scripted.requests).toHaveLength(1);
  });

  it.each([
    ['is not there', refused(404, 'NoSuchBucket')],
    ['is in another region', refused(301, 'PermanentRedirect')],
  ])('names the bucket when it %s', async (_, answer) => {
    const { proofs } = await open([answer]);
    const missing = { name: ProofBucketMissingError.name, bucket: 'proofs' };
    await expect(proofs.get(anObject())).rejects.toMatchObject(missing);
    await expect(proofs.put(anObject().key, BYTES)).rejects.toMatchObject(missing);
  });

  it('does not take a 404 that is not about the key for a missing object', async () => {
    const { proofs } = await open([
      (response) => response.writeHead(404, { 'content-type': 'text/html' }).end('<html>not here</html>'),
    ]);
    const failure = proofs.get(anObject());
    await expect(failure).rejects.toBeInstanceOf(Error);
    await expect(failure).rejects.not.toBeInstanceOf(ObjectMissingError);
  });
});

function anObject(): StoredObject {
  const { id, circuit } = aNewJob();
  return { key: inputsKey(circuit, id), sha256: sha256Of(BYTES), sizeBytes: BYTES.byteLength };
}
