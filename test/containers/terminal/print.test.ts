import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { printJson } from '../../../containers/terminal/print.ts';

describe('a JSON document on stdout', () => {
  let written = '';
  beforeEach(() => {
    written = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written += String(text);
      return true;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('shows no key of a URL, wherever its texts hold one, and is as it was otherwise', () => {
    const value = {
      epoch: 7,
      jobs: [{ reason: 'no reply from https://user:pass@rpc.example.com/v2, nor from https://rpc.example.com/' }],
      deadLetters: [{ body: JSON.stringify({ url: 'https://rpc.example.com/0123456789abcdef0123?key=abc' }) }],
    };

    printJson(value);

    expect(JSON.parse(written)).toEqual({
      epoch: 7,
      jobs: [{ reason: 'no reply from https://rpc.example.com/[Redacted], nor from https://rpc.example.com' }],
      deadLetters: [{ body: JSON.stringify({ url: 'https://rpc.example.com/[Redacted]' }) }],
    });
  });
});
