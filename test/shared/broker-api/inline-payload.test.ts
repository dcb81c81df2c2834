import { ProofUri } from '../../../shared/broker-api/wire-types.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  looksLikeProof,
  packInputs,
  packProof,
  unpackInputs,
  unpackProof,
} from '../../../shared/broker-api/inline-payload.ts';

function inline(json: string): ProofUri {
  return ProofUri.parse(`data:application/json;charset=utf-8,${encodeURIComponent(json)}`);
}

describe('inline inputs', () => {
  it('are the bytes that their base64 stands for', () => {
    const bytes = Buffer.from([0, 1, 2, 250, 255]);
    const uri = inline(JSON.stringify({ type: 16, inputs: bytes.toString('base64') }));
    expect(Buffer.from(unpackInputs(uri))).toEqual(bytes);
    expect(packInputs(bytes, 16)).toBe(uri);
  });

  it('are the text of an object as it is, in its own order and spelling', () => {
    const object = '{"b":1.0,"2":[1,2],"a":"é"}';
    const uri = inline(`{"type":0,"inputs":${object}}`);
    expect(Buffer.from(unpackInputs(uri)).toString()).toBe(object);
    expect(packInputs(Buffer.from(object), 0)).toBe(uri);
  });

  it.each([
    ['another media type', 'data:text/plain,x'],
    ['no valid escape', 'data:application/json;charset=utf-8,%zz'],
    ['text that is not base64', inline('{"type":1,"inputs":"0xab!"}')],
    ['text without an end', inline('{"type":1,"inputs":"AAAA}')],
    ['a lone quote', inline('{"type":1,"inputs":"}')],
    ['base64 of what would pass for an object', inline(`{"type":1,"inputs":"${btoa('{}')}"}`)],
    ['base64 of what would pass for a URI', inline(`{"type":1,"inputs":"${btoa('data:x')}"}`)],
    ['another order', inline('{"inputs":"AAAA","type":1}')],
    ['a list', inline('{"type":1,"inputs":[1]}')],
  ])('of %s come back as they came', (_what, text) => {
    const uri = ProofUri.parse(text);
    expect(packInputs(unpackInputs(uri), 1)).toBe(uri);
  });

  it('come back as they came, whatever they are', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.string(), fc.json()), (value) => {
        const inputs = typeof value === 'string' ? value : Buffer.from(value).toString('base64');
        const uris = [inline(JSON.stringify({ type: 3, inputs })), inline(`{"type":3,"inputs":${inputs}}`)];
        for (const uri of uris) expect(packInputs(unpackInputs(uri), 3)).toBe(uri);
      }),
    );
  });
});

describe('inline proofs', () => {
  it("are the JSON that Aztec's file store would hold", () => {
    const json = '{"type":16,"result":{"proof":"AAAA"}}';
    expect(Buffer.from(unpackProof(inline(json))).toString()).toBe(json);
    expect(packProof(Buffer.from(json))).toBe(inline(json));
  });

  it('of an unknown form come back as they came', () => {
    const uri = ProofUri.parse('data:application/octet-stream;base64,AAAA');
    expect(packProof(unpackProof(uri))).toBe(uri);
  });

  it('are told from what is none', () => {
    expect(looksLikeProof(Buffer.from('{"type":1,"result":{}}'))).toBe(true);
    expect(['', '{"type":1,"result":{', '{"type":1}', 'null'].some((text) => looksLikeProof(Buffer.from(text)))).toBe(
      false,
    );
  });
});
