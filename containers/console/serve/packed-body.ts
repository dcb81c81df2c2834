import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** Shorter ones fit into one packet as they are. */
const LEAST_PACKED_BYTES = 1_400;
const ETAG_DIGITS = 32;

/** A response's body, as it is sent to any number of viewers. */
export interface PackedBody {
  readonly plain: Buffer;
  /** `undefined` where packing is not worth it. */
  readonly packed: Buffer | undefined;
  /** Changes with the body. */
  readonly etag: string;
}

export async function packBody(text: string): Promise<PackedBody> {
  const plain = Buffer.from(text);
  return {
    plain,
    packed: plain.byteLength < LEAST_PACKED_BYTES ? undefined : await promisify(gzip)(plain),
    etag: `"${createHash('sha256').update(plain).digest('hex').slice(0, ETAG_DIGITS)}"`,
  };
}
