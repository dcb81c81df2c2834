import { expect, it } from 'vitest';

import { maskRpcUrls } from '../../../shared/l1/mask-rpc-url.ts';
import { redactUrls } from '../../../shared/telemetry/redact-urls.ts';

it.each([
  'https://user:secret@rpc.example:8545/',
  'HTTPS://user:secret@rpc.example:8545/',
  'https://user:(sec),ret@rpc.example:8545/',
  "https://user:'secret@rpc.example:8545/",
  'https://rpc.example:8545/v3/secret0123456789abcdef',
  'wss://rpc.example:8545/?apikey=secret',
])('redacts what may be a secret in %s, and nothing beside it', (url) => {
  const text = `fetch failed (${url}), tried twice`;
  for (const redacted of [redactUrls(text), maskRpcUrls(text)]) {
    expect(redacted).not.toContain('sec');
    expect(redacted).not.toContain('ret@');
    expect(redacted).toMatch(/^fetch failed \(.*\), tried twice$/);
  }
});

it('keeps a URL without a secret at the end of a sentence', () => {
  expect(redactUrls('Default: http://127.0.0.1:8080. See http://host/path; or http://host!')).toBe(
    'Default: http://127.0.0.1:8080. See http://host/path; or http://host!',
  );
  expect(redactUrls('It is http://user:secret@host:8080.')).toBe('It is http://host:8080/[Redacted].');
});

it('keeps each of several URLs apart', () => {
  expect(maskRpcUrls('http://first:1/a,http://user:pw@second:2 failed')).toBe('first:1,second:2 failed');
});
