import { describe, expect, it } from 'vitest';

import { LongText, toJson } from '../../../../containers/broker/transport/long-text.ts';

function joined(value: unknown): string {
  const json = toJson(value);
  return Buffer.concat(Buffer.isBuffer(json) ? [json] : [...json]).toString();
}

describe('toJson', () => {
  it('is the JSON of a value, with long texts in their places', () => {
    const texts = [['a', 'bc'], [], ['d']].map((parts) => new LongText(parts.map((part) => Buffer.from(part))));
    expect(joined([{ first: texts[0], second: [texts[1]] }, 'é"', { third: texts[2] }])).toBe(
      JSON.stringify([{ first: 'abc', second: [''] }, 'é"', { third: 'd' }]),
    );
    expect(joined({ a: [1, null, 'b'] })).toBe('{"a":[1,null,"b"]}');
  });

  it('makes the parts of a long text when they are taken, each time anew', () => {
    let made = 0;
    const text = new LongText({
      *[Symbol.iterator]() {
        made += 1;
        yield Buffer.from('part');
      },
    });
    const json = toJson([text]);
    expect(made).toBe(0);
    expect(Buffer.concat([...(json as Iterable<Uint8Array>)]).toString()).toBe('["part"]');
    expect(joined([text])).toBe('["part"]');
    expect(made).toBe(2);
  });
});
