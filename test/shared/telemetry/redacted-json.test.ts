import { describe, expect, it } from 'vitest';

import { redactedJson } from '../../../shared/telemetry/redacted-json.ts';

describe('a value as JSON for people and programs', () => {
  it('shows no key of a URL, in whatever text it is', () => {
    const value = {
      reason: 'no answer from https://user:pass@rpc.example/v3/0123456789abcdef0123',
      list: ['wss://a.b?key=1'],
    };
    expect(JSON.parse(redactedJson(value))).toEqual({
      reason: 'no answer from https://rpc.example/[Redacted]',
      list: ['wss://a.b/[Redacted]'],
    });
  });

  it('keeps the texts after a URL, also where one of them looks like the host of its user', () => {
    const value = { url: 'https://rpc.example', mail: 'me@corp.example', count: 1 };
    expect(JSON.parse(redactedJson(value))).toEqual(value);
  });

  it('indents where people read it', () => {
    expect(redactedJson({ a: 1 }, 2)).toBe('{\n  "a": 1\n}');
  });
});
