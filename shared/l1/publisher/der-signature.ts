import { MalformedSignatureError } from '../errors.ts';

/** The two numbers of an ECDSA signature, in the form that L1 accepts. */
export interface LowSSignature {
  readonly r: bigint;
  /** At most half the order of the curve. */
  readonly s: bigint;
}

/** The number of points on the curve. @see SEC 2, §2.4.1 */
export const SECP256K1_ORDER = 0xffff_ffff_ffff_ffff_ffff_ffff_ffff_fffe_baae_dce6_af48_a03b_bfd2_5e8c_d036_4141n;

const SEQUENCE = 0x30;
const INTEGER = 0x02;
/** A sign byte and 32 bytes. */
const MAX_INTEGER_BYTES = 33;

/**
 * Reads `SEQUENCE { INTEGER r, INTEGER s }`, in the one encoding that DER allows, and returns the signature with the lower
 * of the two valid values of `s`: L1 refuses the other.
 * @see EIP-2; RFC 3279, §2.2.3
 * @throws {MalformedSignatureError}
 */
export function parseDerSignature(der: Uint8Array): LowSSignature {
  const [tag, length] = der;
  // A signature has about 70 bytes, so its length is always a single byte.
  if (tag !== SEQUENCE || length !== der.length - 2) {
    throw new MalformedSignatureError(`its ${der.length} bytes are not one sequence of that length`);
  }
  const r = readInteger(der, 2, 'r');
  const s = readInteger(der, r.end, 's');
  if (s.end !== der.length) throw new MalformedSignatureError(`${der.length - s.end} bytes follow s`);
  return { r: r.value, s: s.value > SECP256K1_ORDER / 2n ? SECP256K1_ORDER - s.value : s.value };
}

function readInteger(
  der: Uint8Array,
  start: number,
  name: 'r' | 's',
): { readonly value: bigint; readonly end: number } {
  const length = der[start + 1] ?? 0;
  const bytes = der.subarray(start + 2, start + 2 + length);
  if (der[start] !== INTEGER || length === 0 || length > MAX_INTEGER_BYTES || bytes.length !== length) {
    throw new MalformedSignatureError(`${name} is not an integer of 1 to ${MAX_INTEGER_BYTES} bytes`);
  }
  const [first = 0, second = 0] = bytes;
  if (first >= 0x80) throw new MalformedSignatureError(`${name} is negative`);
  if (first === 0 && length > 1 && second < 0x80) throw new MalformedSignatureError(`${name} has a needless zero byte`);
  const value = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  if (value === 0n || value >= SECP256K1_ORDER)
    throw new MalformedSignatureError(`${name} is 0, or not below the order of the curve`);
  return { value, end: start + 2 + length };
}
