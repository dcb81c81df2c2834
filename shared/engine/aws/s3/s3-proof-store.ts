import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';

import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';

import { type Sha256, sha256Of } from '../../../proving-job/proving-job-id.ts';
import {
  ObjectConflictError,
  ObjectContendedError,
  ObjectCorruptError,
  ObjectMissingError,
  ObjectTransferError,
} from '../../../proof-store/errors.ts';
import type { ProofKey, ProofStore, StoredObject } from '../../../proof-store/proof-store.ts';
import { backoffMs } from '../../../retry/backoff.ts';
import { pause } from '../../../retry/pause.ts';
import { BodyCutError, readBody, type ReadBody, transferMs, type TransferPatience } from './s3-read-body.ts';
import { hasStatus, refusalOf } from './s3-refusal.ts';

export interface S3ProofStoreDeps {
  /** Its own retries cover requests that fail before the body of their response. */
  readonly s3: S3Client;
  readonly bucket: string;
  readonly nowMs: () => number;
  /** @default {@link DEFAULT_PATIENCE} */
  readonly patience?: TransferPatience;
  /** Called for each transfer that is tried again, for a log. */
  readonly onRetry?: (error: unknown, key: ProofKey) => void;
}

const DEFAULT_PATIENCE: TransferPatience = {
  answerMs: 30_000,
  idleMs: 10_000,
  slowestBytesPerSecond: 256 * 1024,
  firstPauseMs: 200,
};
/** Tries of one upload or download that fails where the SDK does not retry. */
const MAX_ATTEMPTS = 6;

/**
 * A {@link ProofStore} in an S3 bucket: an object is the S3 object of its key.
 *
 * | method     | IAM actions                                               |
 * | ---------- | --------------------------------------------------------- |
 * | put        | `s3:PutObject`; `s3:GetObject` when the key is taken      |
 * | get        | `s3:GetObject`                                            |
 * | quarantine | `s3:GetObject`, `s3:PutObject` (`quarantine/*`), `s3:DeleteObject` |
 *
 * and `s3:ListBucket` for all of them: without it S3 returns 403 for a key that holds nothing.
 *
 * An object is uploaded in one PutObject, of up to 5 GB, not in parts: its bytes are in memory anyway, one request has one
 * price and one condition, S3 checks one sha256 over the whole (of parts it keeps only a digest of digests), and a writer
 * that dies leaves nothing behind. The largest known inputs are a few megabytes.
 *
 * The digest in an object's metadata is for people and tools. Nothing decides by it: it records what the writer meant to
 * store, and a check that trusted it would miss an object that was damaged later.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html
 */
export class S3ProofStore implements ProofStore {
  readonly #s3: S3Client;
  readonly #bucket: string;
  readonly #nowMs: () => number;
  readonly #patience: TransferPatience;
  readonly #onRetry: (error: unknown, key: ProofKey) => void;

  constructor({ s3, bucket, nowMs, patience = DEFAULT_PATIENCE, onRetry = () => undefined }: S3ProofStoreDeps) {
    this.#s3 = s3;
    this.#bucket = bucket;
    this.#nowMs = nowMs;
    this.#patience = patience;
    this.#onRetry = onRetry;
  }

  /**
   * @throws {ObjectConflictError} @throws {ObjectContendedError} @throws {ProofStoreRefusalError}
   * @throws {ProofBucketMissingError}
   */
  async put(key: ProofKey, bytes: Uint8Array): Promise<StoredObject> {
    const object: StoredObject = { key, sha256: sha256Of(bytes), sizeBytes: bytes.byteLength };
    for (let attempt = 1; ; attempt += 1) {
      const refusal = await this.#upload(object, bytes);
      if (refusal === undefined) return object;
      // Another writer was first, or this upload was and its response was lost: the stored object stays.
      if (hasStatus(refusal, 412) && (await this.#alreadyHolds(object))) return object;
      if (attempt === MAX_ATTEMPTS) throw new ObjectContendedError(key, attempt, { cause: refusal });
      await this.#pause(attempt, refusal, key);
    }
  }

  /** @throws {ObjectMissingError} @throws {ObjectCorruptError} @throws {ObjectTransferError} @throws {ProofStoreRefusalError} */
  async get(object: StoredObject): Promise<Uint8Array> {
    const found = await this.#read(object.key);
    if (found === undefined) throw new ObjectMissingError(object.key);
    if (found.bytes.byteLength !== object.sizeBytes || found.sha256 !== object.sha256) {
      throw new ObjectCorruptError(object.key, object.sha256, found.sha256);
    }
    return found.bytes;
  }

  /**
   * Copies, writes the reason beside the copy, then deletes: a crash in between leaves the object in place, and at worst a
   * surplus copy. Only the object that was copied is deleted, not an intact one that has replaced it meanwhile.
   */
  async quarantine(key: ProofKey, reason: string, seen?: Sha256): Promise<void> {
    const found = await this.#head(key);
    if (found === undefined) return;
    // The entity tag is asked for first: what replaces the object while it is read has another one, and stays.
    if (seen !== undefined && (await this.#read(key))?.sha256 !== seen) return;
    const aside = `quarantine/${key}.${this.#nowMs()}-${randomUUID().slice(0, 8)}`;
    try {
      await this.#copy(key, aside, found);
      await this.#writeReason(aside, reason);
      await this.#delete(key, found.etag);
    } catch (error) {
      // Another process has just moved it, and may have stored an intact one in its place.
      if (!hasStatus(error, 404, 412)) throw error;
    }
  }

  /** Returns why nothing was stored: the key is taken (412), or another writer is just storing it (409). */
  async #upload(object: StoredObject, bytes: Uint8Array): Promise<Error | undefined> {
    const { key, sha256, sizeBytes } = object;
    const command = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      Body: bytes,
      ContentLength: sizeBytes,
      IfNoneMatch: '*',
      ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
      Metadata: { sha256 },
    });
    try {
      await this.#s3.send(command, this.#timeLimit(sizeBytes));
      return undefined;
    } catch (error) {
      if (hasStatus(error, 409, 412)) return error;
      throw this.#refusal(error, 's3:PutObject', key);
    }
  }

  /**
   * `false` when the key holds nothing after all. Reads what is there: see the class.
   * @throws {ObjectConflictError} if it holds other bytes.
   */
  async #alreadyHolds({ key, sha256 }: StoredObject): Promise<boolean> {
    const existing = await this.#read(key);
    if (existing === undefined) return false;
    if (existing.sha256 !== sha256) throw new ObjectConflictError(key, existing.sha256, existing.bytes.byteLength);
    return true;
  }

  /** Reads the object to its end; a body that breaks off is requested again, which the SDK does not do. */
  async #read(key: ProofKey): Promise<ReadBody | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      const response = await this.#request(key);
      if (response === undefined) return undefined;
      try {
        return await readBody(response.body, response.sizeBytes, this.#patience);
      } catch (error) {
        if (!(error instanceof BodyCutError)) throw error;
        if (attempt === MAX_ATTEMPTS) throw new ObjectTransferError(key, attempt, { cause: error });
        await this.#pause(attempt, error, key);
      }
    }
  }

  async #request(
    key: ProofKey,
  ): Promise<{ readonly body: Readable; readonly sizeBytes: number | undefined } | undefined> {
    try {
      const command = new GetObjectCommand({ Bucket: this.#bucket, Key: key });
      const { Body, ContentLength } = await this.#s3.send(command, this.#timeLimit(0));
      if (Body === undefined) throw new Error(`S3 returned no body for ${key}`);
      return { body: Body as Readable, sizeBytes: ContentLength };
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw this.#refusal(error, 's3:GetObject', key);
    }
  }

  async #head(key: ProofKey): Promise<{ readonly etag: string; readonly sizeBytes: number } | undefined> {
    try {
      const command = new HeadObjectCommand({ Bucket: this.#bucket, Key: key });
      const { ETag, ContentLength } = await this.#s3.send(command, this.#timeLimit(0));
      if (ETag === undefined) throw new Error(`S3 returned no entity tag for ${key}`);
      return { etag: ETag, sizeBytes: ContentLength ?? 0 };
    } catch (error) {
      if (hasStatus(error, 404)) return undefined;
      throw this.#refusal(error, 's3:GetObject', key);
    }
  }

  async #copy(
    key: ProofKey,
    aside: string,
    { etag, sizeBytes }: { readonly etag: string; readonly sizeBytes: number },
  ): Promise<void> {
    const command = new CopyObjectCommand({
      Bucket: this.#bucket,
      Key: aside,
      CopySource: [this.#bucket, ...key.split('/')].map(encodeURIComponent).join('/'),
      CopySourceIfMatch: etag,
    });
    try {
      await this.#s3.send(command, this.#timeLimit(sizeBytes));
    } catch (error) {
      throw this.#refusal(error, 's3:PutObject', aside);
    }
  }

  async #writeReason(aside: string, reason: string): Promise<void> {
    const key = `${aside}.reason.txt`;
    const command = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      Body: `${reason}\n`,
      ContentType: 'text/plain; charset=utf-8',
    });
    try {
      await this.#s3.send(command, this.#timeLimit(0));
    } catch (error) {
      throw this.#refusal(error, 's3:PutObject', key);
    }
  }

  async #delete(key: ProofKey, etag: string): Promise<void> {
    const command = new DeleteObjectCommand({ Bucket: this.#bucket, Key: key, IfMatch: etag });
    try {
      await this.#s3.send(command, this.#timeLimit(0));
    } catch (error) {
      throw this.#refusal(error, 's3:DeleteObject', key);
    }
  }

  #timeLimit(bodyBytes: number): { readonly requestTimeout: number } {
    return { requestTimeout: this.#patience.answerMs + transferMs(bodyBytes, this.#patience) };
  }

  #refusal(error: unknown, action: string, key: string): unknown {
    return refusalOf(error, { action, bucket: this.#bucket, key });
  }

  /** All random, so that writers that collided do not collide again. */
  async #pause(attempt: number, error: unknown, key: ProofKey): Promise<void> {
    this.#onRetry(error, key);
    await pause(backoffMs(attempt, { firstMs: this.#patience.firstPauseMs, jitter: 1 }));
  }
}
