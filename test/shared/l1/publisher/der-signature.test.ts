import { createHash } from 'node:crypto';

import { bytesToHex, numberToHex, recoverAddress } from 'viem';
import { privateKeyToAddress } from 'viem/accounts';
import { describe, expect, it } from 'vitest';

import { parseDerSignature, SECP256K1_ORDER } from '../../../../shared/l1/publisher/der-signature.ts';
import { MalformedSignatureError } from '../../../../shared/l1/errors.ts';

const HALF = SECP256K1_ORDER / 2n;

describe('parseDerSignature', () => {
  /**
   * Signatures of secp256k1 with RFC 6979 nonces over sha256 of the text, in use among Bitcoin libraries for years.
   * @see https://bitcointalk.org/index.php?topic=285142.40
   */
  it.each([
    {
      key: 1n,
      text: 'Satoshi Nakamoto',
      r: 0x934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8n,
      s: 0x2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5n,
    },
    {
      key: 1n,
      text: 'All those moments will be lost in time, like tears in rain. Time to die...',
      r: 0x8600dbd41e348fe5c9465ab92d23e3db8b98b873beecd930736488696438cb6bn,
      s: 0x547fe64427496db33bf66019dacbf0039c04199abb0122918601db38a72cfc21n,
    },
    {
      key: SECP256K1_ORDER - 1n,
      text: 'Satoshi Nakamoto',
      r: 0xfd567d121db66e382991534ada77a6bd3106f0a1098c231e47993447cd6af2d0n,
      s: 0x6b39cd0eb1bc8603e159ef5c20a5c8ad685a45b06ce9bebed3f153d10d93bed5n,
    },
  ])(
    'reads a known signature of "$text", given with either s, so that it leads to its key',
    async ({ key, text, r, s }) => {
      const hash = bytesToHex(createHash('sha256').update(text).digest());
      for (const given of [s, SECP256K1_ORDER - s]) {
        const read = parseDerSignature(der(r, given));
        expect(read).toEqual({ r, s });
        const signers = [0, 1].map((yParity) =>
          recoverAddress({ hash, signature: { r: numberToHex(r), s: numberToHex(read.s), yParity } }),
        );
        expect(await Promise.all(signers)).toContain(privateKeyToAddress(numberToHex(key, { size: 32 })));
      }
    },
  );

  it.each([
    ['the smallest numbers', 1n, 1n],
    ['a first byte that needs a zero before it', 0x80n, 0xffn],
    ['short numbers', 0x7fn, 2n ** 240n],
    ['the largest r', SECP256K1_ORDER - 1n, 5n],
    ['the largest s that is low', 5n, HALF],
  ])('reads %s', (_, r, s) => {
    expect(parseDerSignature(der(r, s))).toEqual({ r, s });
  });

  it('maps the smallest high s to the largest low s, and the largest s to 1', () => {
    expect(parseDerSignature(der(5n, HALF + 1n)).s).toBe(HALF);
    expect(parseDerSignature(der(5n, SECP256K1_ORDER - 1n)).s).toBe(1n);
  });

  const good = der(2n ** 255n, 7n);
  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['another tag', Buffer.concat([Buffer.from([0x31]), good.subarray(1)])],
    ['a byte too few', good.subarray(0, -1)],
    ['a byte too many', Buffer.concat([good, Buffer.from([0])])],
    ['a length in the long form', Buffer.from('3081060201010201' + '01', 'hex')],
    ['a length of no fixed size', Buffer.from('30800201010201010000', 'hex')],
    ['an r of another type', Buffer.from('3006040101020101', 'hex')],
    ['an s of another type', Buffer.from('3006020101040101', 'hex')],
    ['no s', Buffer.from('3003020101', 'hex')],
    ['an empty r', Buffer.from('30050200020101', 'hex')],
    ['an r that is longer than the rest', Buffer.from('3006020501020101', 'hex')],
    ['something after s', Buffer.from('3009020101020101020101', 'hex')],
    ['a negative r', Buffer.from('3006020180020101', 'hex')],
    ['a zero byte too many', Buffer.from('300702020001020101', 'hex')],
    ['an r of 0', der(0n, 1n)],
    ['an s of 0', der(1n, 0n)],
    ['an r of the order', der(SECP256K1_ORDER, 1n)],
    ['an s of the order', der(1n, SECP256K1_ORDER)],
    ['an r of 34 bytes', der(2n ** 270n, 1n)],
  ])('refuses %s', (_, bytes) => {
    expect(() => parseDerSignature(bytes)).toThrow(MalformedSignatureError);
  });
});

/** Written apart from the encoder of the fake KMS. */
function der(r: bigint, s: bigint): Buffer {
  const integers = [r, s].map((value) => {
    let bytes = Buffer.from([Number(value & 0xffn)]);
    for (let rest = value >> 8n; rest > 0n; rest >>= 8n)
      bytes = Buffer.concat([Buffer.from([Number(rest & 0xffn)]), bytes]);
    if (bytes[0]! & 0x80) bytes = Buffer.concat([Buffer.from([0]), bytes]);
    return Buffer.concat([Buffer.from([2, bytes.length]), bytes]);
  });
  return Buffer.concat([Buffer.from([0x30, integers[0]!.length + integers[1]!.length]), ...integers]);
}
