import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { constants, createGzip, gzip } from 'node:zlib';

import { toJson } from './long-text.ts';

/** A smaller response is not worth packing. */
const GZIP_BYTES = 1024;
/**
 * Proofs and inputs are base64 of random bytes and runs of zeros: looking for no other repetition makes them as small, within
 * two percent, in a third of the time.
 */
const PACKING = { level: constants.Z_BEST_SPEED, strategy: constants.Z_RLE, chunkSize: 64 * 1024 };

const zip = promisify(gzip);

export interface JsonResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly answer: unknown;
  /** Whether the client takes gzip, and its network is worth it. */
  readonly mayPack: boolean;
}

/** Sends a response; one with long texts is made while it is sent. @returns whether the whole of it was handed to the network */
export async function sendJson(
  response: ServerResponse,
  { status, headers, answer, mayPack }: JsonResponse,
): Promise<boolean> {
  response.setHeaders(new Map(Object.entries({ ...headers, 'content-type': 'application/json' })));
  const json = toJson(answer);
  if (!Buffer.isBuffer(json)) return sendParts(response, status, json, mayPack);
  const isPacked = mayPack && json.length >= GZIP_BYTES;
  const body = isPacked ? await zip(json, PACKING) : json;
  if (response.destroyed) return false;
  response.writeHead(status, {
    'content-length': body.length,
    ...(isPacked && { 'content-encoding': 'gzip' }),
  });
  return new Promise((resolve) => {
    response.once('close', () => resolve(response.writableFinished));
    response.once('finish', () => resolve(true));
    response.end(body);
  });
}

async function sendParts(
  response: ServerResponse,
  status: number,
  parts: Iterable<Uint8Array>,
  isPacked: boolean,
): Promise<boolean> {
  if (response.destroyed) return false;
  response.writeHead(status, isPacked ? { 'content-encoding': 'gzip' } : {});
  const source = Readable.from(parts);
  try {
    await (isPacked ? pipeline(source, createGzip(PACKING), response) : pipeline(source, response));
    return true;
  } catch {
    // The client has gone, or reads no further.
    return false;
  }
}
