import { describe, expect, it } from 'vitest';

import type { ValueKind } from '../../../shared/config/setting.ts';
import {
  address,
  decimal,
  httpUrl,
  integer,
  listOf,
  oneOf,
  port,
  privateKey,
  secretUrl,
  switchKind,
  text,
} from '../../../shared/config/value-kinds.ts';

function valueOf(kind: ValueKind<unknown>, text: string): unknown {
  const parsed = kind.parse(text);
  return parsed.success ? parsed.data : 'refused';
}

describe('the kinds of values', () => {
  it.each([
    ['8', 8],
    ['0', 'refused'],
    ['64', 64],
    ['65', 'refused'],
    ['8GB', 'refused'],
    ['0x8', 'refused'],
    ['8.0', 'refused'],
    ['1e1', 'refused'],
    ['-8', 'refused'],
    ['', 'refused'],
    ['99999999999999999999', 'refused'],
  ])('reads %j as a whole number from 1 to 64: %s', (given, value) => {
    expect(valueOf(integer(1, 64), given)).toBe(value);
  });

  it.each([
    ['0.5', 0.5],
    ['2000', 2000],
    ['.5', 'refused'],
    ['50%', 'refused'],
    ['1e3', 'refused'],
    ['-1', 'refused'],
  ])('reads %j as a number of at least 0: %s', (given, value) => {
    expect(valueOf(decimal(0), given)).toBe(value);
  });

  it.each([
    ['true', true],
    ['1', true],
    ['TRUE', true],
    ['false', false],
    ['0', false],
    ['yes', 'refused'],
    ['True', 'refused'],
  ])('reads %j as a switch: %s', (given, value) => {
    expect(valueOf(switchKind, given)).toBe(value);
  });

  it.each([
    ['a, b', ['a', 'b']],
    ['b', ['b']],
    ['a,c', 'refused'],
    ['a,,b', 'refused'],
    ['a,', 'refused'],
    ['a,a', 'refused'],
    ['A', 'refused'],
  ])('reads %j as a list of a and b: %j', (given, value) => {
    expect(valueOf(listOf(oneOf(['a', 'b'])), given)).toEqual(value);
  });

  it('refuses a list with an empty item, whatever its items are', () => {
    expect(valueOf(listOf(text, { repeats: true }), 'a,,b')).toBe('refused');
  });

  it('takes an item twice where that means something', () => {
    expect(valueOf(listOf(oneOf(['a', 'b']), { repeats: true }), 'a,a')).toEqual(['a', 'a']);
  });

  it.each([
    [port, '65536'],
    [address, '0x12'],
    [httpUrl, 'ftp://host'],
    [httpUrl, 'host:8545'],
    [privateKey, `0x${'g'.repeat(64)}`],
    [secretUrl, 'not a url'],
  ])('refuses what is none of its kind', (kind, given) => {
    expect(valueOf(kind, given)).toBe('refused');
  });

  it('takes a private key with or without 0x, wrapped', () => {
    const keys = [`0x${'ab'.repeat(32)}`, 'ab'.repeat(32)].map((given) => valueOf(privateKey, given));
    expect(keys.map((key) => (key as { reveal(): string }).reveal())).toEqual(Array(2).fill(`0x${'ab'.repeat(32)}`));
    expect(String(keys[0])).toBe('[Redacted]');
  });

  it('shows of an RPC URL only what is no key', () => {
    const url = valueOf(secretUrl, 'https://eth.example/v2/abcdefghijklmnopqrst?apikey=k');
    expect(String(url)).toBe('https://eth.example/[Redacted]');
    expect((url as { reveal(): string }).reveal()).toBe('https://eth.example/v2/abcdefghijklmnopqrst?apikey=k');
  });
});
