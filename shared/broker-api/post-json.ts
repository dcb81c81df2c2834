import { promisify } from 'node:util';
import { gzip as gzipCallback } from 'node:zlib';

import { errorText } from '../telemetry/error-text.ts';
import { BrokerAnswerError, BrokerOutOfReachError, BrokerRequestRefusedError } from './errors.ts';

const gzip = promisify(gzipCallback);

/** Smaller bodies gain nothing, and Aztec's clients compress from here on as well. */
const COMPRESSED_FROM_BYTES = 1024;
const LARGEST_ANSWER_BYTES = 64 * 2 ** 20;
/** Statuses below 500 that say "later": request time-out, too early, too many requests. */
const LATER = [408, 425, 429];

export interface JsonAnswer {
  readonly body: unknown;
  readonly headers: Headers;
}

/**
 * Sends one POST and reads the answer, of at most 64 MiB inflated.
 * @param ownHeaders such as a key
 * @throws {BrokerOutOfReachError} when another try may succeed: no connection, a 5xx, an answer that is cut off or not JSON.
 * @throws {BrokerRequestRefusedError} for any other status than 2xx.
 * @throws {BrokerAnswerError} for an answer that is too large.
 */
export async function postJson(
  url: string,
  body: unknown,
  signal: AbortSignal,
  ownHeaders: Readonly<Record<string, string>> = {},
): Promise<JsonAnswer> {
  const plain = Buffer.from(JSON.stringify(body));
  const isCompressed = plain.length >= COMPRESSED_FROM_BYTES;
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(isCompressed && { 'content-encoding': 'gzip' }),
        ...ownHeaders,
      },
      body: isCompressed ? await gzip(plain) : plain,
      redirect: 'manual',
      signal,
    });
  } catch (error) {
    throw new BrokerOutOfReachError(url, reasonOf(error), { cause: error });
  }
  const { status, headers } = response;
  if (status >= 500 || LATER.includes(status)) {
    await response.body?.cancel();
    throw new BrokerOutOfReachError(url, `HTTP ${status}`);
  }
  if (!response.ok) {
    await response.body?.cancel();
    throw new BrokerRequestRefusedError(url, status);
  }
  const text = await readText(url, response);
  try {
    return { body: JSON.parse(text), headers };
  } catch {
    throw new BrokerOutOfReachError(url, 'its answer is not JSON');
  }
}

async function readText(url: string, response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      sizeBytes += chunk.length;
      if (sizeBytes > LARGEST_ANSWER_BYTES) {
        throw new BrokerAnswerError(url, `it is larger than ${LARGEST_ANSWER_BYTES / 2 ** 20} MiB`);
      }
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof BrokerAnswerError) throw error;
    throw new BrokerOutOfReachError(url, `its answer was cut off: ${reasonOf(error)}`, { cause: error });
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Why a `fetch` failed: what it says itself is always "fetch failed". */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? errorText(error.cause) || String(error.cause) : errorText(error);
}
