import type { IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';

import { BodyRefusedError } from './errors.ts';

/** A body up to this size needs no turn. */
const SMALL_BYTES = 256 * 1024;

export interface ReadBodyOptions {
  /** The most bytes of the body, once unpacked. */
  readonly maxBytes: number;
  /** Called once when the body turns out to be large, before more of it is read. */
  readonly onLarge: () => Promise<void>;
}

/**
 * Reads a request's body, gzip or plain. It counts the bytes while they are unpacked, so that a small body that would
 * become gigabytes is refused at the limit.
 * @throws {BodyRefusedError} when it is too large, damaged, or packed in another way
 */
export async function readBody(request: IncomingMessage, { maxBytes, onLarge }: ReadBodyOptions): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let bytes = 0;
  let isLarge = false;
  for await (const chunk of unpacked(request)) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    if (bytes > SMALL_BYTES && !isLarge) {
      isLarge = true;
      await onLarge();
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

async function* unpacked(request: IncomingMessage): AsyncGenerator<Buffer> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') {
    // Of a body that is refused the rest stays unread, and the connection open for the response.
    yield* request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    return;
  }
  if (encoding !== 'gzip') throw new BodyRefusedError(415, 'the body must be plain or gzip');
  const gunzip = createGunzip();
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
