import type { IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';

import { BodyRefusedError } from './errors.ts';

/** Unpacked bytes that come at a time: each part costs a change of threads, whatever its size. */
const PART_BYTES = 64 * 1024;

export interface ReadBodyOptions {
  /** The most bytes of the body, once unpacked. */
  readonly maxBytes: number;
  /** How long the client may keep us waiting for the body, in milliseconds: all parts together. */
  readonly timeoutMs: number;
}

/**
 * Reads a request's body, gzip or plain, in parts. It counts the bytes while they are unpacked, so that a small body that
 * would become gigabytes is refused at the limit. The connection of a client that is too slow is cut off: it tries again.
 * @throws {BodyRefusedError} when it is too large, damaged, or packed in another way
 */
export async function* readBody(
  request: IncomingMessage,
  { maxBytes, timeoutMs }: ReadBodyOptions,
): AsyncGenerator<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const parts = unpacked(request);
  let [bytes, leftMs] = [0, timeoutMs];
  try {
    for (;;) {
      const sinceMs = performance.now();
      const timer = setTimeout(() => void request.destroy(), Math.max(0, leftMs));
      const next: IteratorResult<Buffer, void> = await parts.next().finally(() => clearTimeout(timer));
      if (next.done === true) return;
      leftMs -= performance.now() - sinceMs;
      bytes += next.value.length;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      yield next.value;
    }
  } finally {
    await parts.return(undefined);
  }
}

async function* unpacked(request: IncomingMessage): AsyncGenerator<Buffer> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') {
    // Of a body that is refused the rest stays unread, and the connection open for the response.
    yield* request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    return;
  }
  if (encoding !== 'gzip') throw new BodyRefusedError(415, 'the body must be plain or gzip');
  const gunzip = createGunzip({ chunkSize: PART_BYTES });
  request.once('error', (error) => gunzip.destroy(error));
  request.pipe(gunzip);
  try {
    yield* gunzip as AsyncIterable<Buffer>;
  } catch (error) {
    if (request.errored !== null) throw error;
    throw new BodyRefusedError(400, 'the body is not valid gzip', { cause: error });
  } finally {
    request.unpipe(gunzip);
    gunzip.destroy();
  }
}

function tooLarge(maxBytes: number): BodyRefusedError {
  return new BodyRefusedError(413, `the body is larger than ${maxBytes} bytes: see RPC_MAX_BODY_SIZE of the broker`);
}
