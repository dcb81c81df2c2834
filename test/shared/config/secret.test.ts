import { inspect } from 'node:util';

import { describe, expect, it } from 'vitest';

import { Secret } from '../../../shared/config/secret.ts';

describe('Secret', () => {
  it.each([
    ['String()', (secret: unknown) => String(secret)],
    ['a template', (secret: unknown) => `<${secret as string}>`],
    ['JSON', (secret: unknown) => JSON.stringify({ key: [secret] })],
    ['util.inspect', (secret: unknown) => inspect({ key: [secret] }, { showHidden: true, depth: null })],
    ['spreading', (secret: unknown) => JSON.stringify({ ...(secret as object) })],
  ])('does not give its value away to %s', (_, print) => {
    expect(print(new Secret('hunter2'))).not.toContain('hunter2');
  });

  it('prints as [Redacted], or as its label', () => {
    expect(String(new Secret('hunter2'))).toBe('[Redacted]');
    expect(JSON.stringify({ url: new Secret('https://eth.example/key', 'https://eth.example/[Redacted]') })).toBe(
      '{"url":"https://eth.example/[Redacted]"}',
    );
  });

  it('reveals its value to the call that asks for it', () => {
    expect(new Secret('hunter2').reveal()).toBe('hunter2');
  });
});
