import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { CallSplitter, type SplitCall } from '../../../../containers/broker/transport/call-splitter.ts';

/** Splits the body as it comes in parts of that many bytes. */
function split(body: string, partBytes: number): readonly SplitCall[] {
  const bytes = Buffer.from(body);
  const splitter = new CallSplitter();
  const calls: SplitCall[] = [];
  for (let at = 0; at < bytes.length; at += partBytes) calls.push(...splitter.push(bytes.subarray(at, at + partBytes)));
  return [...calls, ...splitter.end()];
}

function texts(calls: readonly SplitCall[]): readonly string[] {
  return calls.map(({ json }) => json.toString());
}

describe('CallSplitter', () => {
  it('finds the values of any list, however it is cut and spaced', () => {
    const spaces = fc.constantFrom('', ' ', '\n\t ');
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { minLength: 1 }), fc.nat(40), spaces, (values, partBytes, space) => {
        const body = `${space}[${values.map((value) => space + JSON.stringify(value)).join(`${space},`)}${space}]${space}`;
        const calls = split(body, partBytes + 1);
        expect(calls.map(({ json }): unknown => JSON.parse(json.toString()))).toEqual(JSON.parse(body));
        expect(calls.every(({ isInList }) => isInList)).toBe(true);
        expect(calls.map(({ isAlone }) => isAlone)).toEqual(values.map(() => values.length === 1));
      }),
    );
  });

  it.each([1, 2, 3, 100])(
    'follows strings with quotes, brackets and backslashes, in parts of %i bytes',
    (partBytes) => {
      const values = ['"', '\\', '\\"', '[{', '}],', 'a\\\\"b', { '],"': ['\\'] }];
      expect(texts(split(JSON.stringify(values), partBytes))).toEqual(values.map((value) => JSON.stringify(value)));
    },
  );

  it.each([1, 7, 100])('takes a body that is not a list as one call, in parts of %i bytes', (partBytes) => {
    const body = ' {"method":"a","params":[1,2]}\n';
    const [call, ...others] = split(body, partBytes);
    expect(others).toEqual([]);
    expect(call).toMatchObject({ isInList: false, isAlone: true });
    expect(JSON.parse(call!.json.toString())).toEqual(JSON.parse(body));
  });

  it('returns each call with the part in which it ends', () => {
    const splitter = new CallSplitter();
    expect(texts(splitter.push(Buffer.from('[{"a":"')))).toEqual([]);
    expect(texts(splitter.push(Buffer.from('b"},{"c"')))).toEqual(['{"a":"b"}']);
    expect(texts(splitter.push(Buffer.from(':1}]')))).toEqual(['{"c":1}']);
  });

  it.each(['[ ]', ' [\n]  '])('finds nothing in the empty list %j', (body) => {
    expect(split(body, 100)).toEqual([]);
  });

  it.each(['', ' ', '[1', '["1]', '[1,', '[{"a":[}', '[1]]', '[1],'])('refuses %j', (body) => {
    expect(() => split(body, 2)).toThrow(SyntaxError);
  });

  it.each([
    ['[,]', ['', '']],
    ['[1,]', ['1', '']],
    ['[{]}]', ['{]}']],
    ['[}]', ['}']],
  ])('leaves it to the parser to refuse what %j holds', (body, expected) => {
    expect(texts(split(body, 100))).toEqual(expected);
    expect(expected.some((text) => !isJson(text))).toBe(true);
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
