import { createHash, randomBytes } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decodeUriEncodedBase64, uriEncodedBase64 } from '../../../shared/broker-api/uri-encoded-base64.ts';

function encoded(bytes: Uint8Array): string {
  return Buffer.concat([...uriEncodedBase64(bytes)]).toString('latin1');
}

/** With a text before it and one behind it. */
function decoded(text: string): Buffer | undefined {
  return decodeUriEncodedBase64(`%2B${text}%2F`, 3, text.length + 3);
}

describe('uriEncodedBase64', () => {
  it('is what encodeURIComponent makes of base64', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = encodeURIComponent(Buffer.from(bytes).toString('base64'));
        expect(encoded(bytes)).toBe(text);
        expect(decoded(text)).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it.each([48 * 1024 - 1, 48 * 1024, 48 * 1024 + 1, 800 * 1024 + 2])(
    'and of %i bytes, which are more than one part or nearly',
    (size) => {
      const bytes = [randomBytes(size), Buffer.alloc(size, 0xff), Buffer.alloc(size)];
      for (const some of bytes) {
        const text = encodeURIComponent(some.toString('base64'));
        expect(digest(encoded(some))).toBe(digest(text));
        expect(decoded(text)?.equals(some)).toBe(true);
      }
    },
  );

  it.each(['A', 'AA', 'AAA%3', 'AA%3D%3DAA%3D%3D', 'AB%3D%3D', 'A-AA', 'AAA%2', 'AA AA', 'AAA%41', 'é'])(
    'does not decode %j',
    (text) => {
      expect(decoded(text)).toBeUndefined();
    },
  );

  it('does not decode padding before the end of a long text', () => {
    expect(decoded(`${'A'.repeat(64 * 1024 - 8)}AA%3D%3D${'A'.repeat(64 * 1024)}`)).toBeUndefined();
  });
});

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
