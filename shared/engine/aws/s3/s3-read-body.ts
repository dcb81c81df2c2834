import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';

import { Sha256 } from '../../../proving-job/proving-job-id.ts';

/** How long a transfer may take before it counts as failed, and how soon it is tried again. */
export interface TransferPatience {
  /** From the request to the first byte of the response, in milliseconds. A body adds time by its size. */
  readonly answerMs: number;
  /** Between two pieces of a body, in milliseconds. */
  readonly idleMs: number;
  /** A body that arrives more slowly than this on average is cut off. */
  readonly slowestBytesPerSecond: number;
  /** The longest pause before the second try, in milliseconds; it doubles with each. */
  readonly firstPauseMs: number;
}

export interface ReadBody {
  readonly bytes: Uint8Array;
  readonly sha256: Sha256;
}

/** The body was shorter than announced, or arrived too slowly. */
export class BodyCutError extends Error {
  override readonly name = 'BodyCutError';
  readonly receivedBytes: number;
  readonly announcedBytes: number | undefined;

  constructor(why: string, receivedBytes: number, announcedBytes: number | undefined, options?: ErrorOptions) {
    super(`a body ${why} after ${receivedBytes} of ${announcedBytes ?? 'unknown'} bytes`, options);
    this.receivedBytes = receivedBytes;
    this.announcedBytes = announcedBytes;
  }
}

/**
 * Reads a body to its end, and hashes it on the way.
 * @throws {BodyCutError} when it breaks off, stalls, or comes too slowly; its connection is closed.
 */
export async function readBody(
  body: Readable,
  announcedBytes: number | undefined,
  patience: TransferPatience,
): Promise<ReadBody> {
  const hash = createHash('sha256');
  const pieces: Uint8Array[] = [];
  let receivedBytes = 0;
  const cut = (why: string, options?: ErrorOptions): BodyCutError =>
    new BodyCutError(why, receivedBytes, announcedBytes, options);
  const idle = setTimeout(() => body.destroy(cut(`stalled for ${patience.idleMs} ms`)), patience.idleMs);
  const deadlineMs = patience.answerMs + transferMs(announcedBytes ?? 0, patience);
  const deadline = setTimeout(() => body.destroy(cut(`took more than ${deadlineMs} ms`)), deadlineMs);
  try {
    for await (const piece of body as AsyncIterable<Uint8Array>) {
      idle.refresh();
      hash.update(piece);
      pieces.push(piece);
      receivedBytes += piece.byteLength;
    }
  } catch (error) {
    throw error instanceof BodyCutError ? error : cut('broke off', { cause: error });
  } finally {
    clearTimeout(idle);
    clearTimeout(deadline);
  }
  if (announcedBytes !== undefined && receivedBytes !== announcedBytes) throw cut('ended');
  return { bytes: Buffer.concat(pieces, receivedBytes), sha256: Sha256.parse(hash.digest('hex')) };
}

/** The time that a body of this size may add to a request. */
export function transferMs(sizeBytes: number, { slowestBytesPerSecond }: TransferPatience): number {
  return Math.ceil((sizeBytes / slowestBytesPerSecond) * 1000);
}
