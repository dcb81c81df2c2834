import { describe, expect, it } from 'vitest';

import type { ValueKind } from '../../../shared/config/setting.ts';
import { address, ether, gwei, privateKey } from '../../../shared/config/ethereum-kinds.ts';
import { parseSettings } from '../../../shared/config/parse-settings.ts';
import { optional } from '../../../shared/config/setting.ts';
import { httpUrl, secretUrl } from '../../../shared/config/url-kinds.ts';
import { decimal, integer, listOf, oneOf, path, port, switchKind, text } from '../../../shared/config/value-kinds.ts';

function valueOf(kind: ValueKind<unknown>, text: string): unknown {
  const parsed = kind.parse(text);
  return parsed.success ? parsed.data : 'refused';
}

function problemsOf(kind: ValueKind<unknown>, given: string): readonly string[] {
  const x = optional(kind, { flag: 'x', variable: 'X', description: 'an x' });
  return parseSettings([{ title: 'X', settings: { x } }], { X: given }).problems;
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
  ])('refuses invalid values of each kind', (kind, given) => {
    expect(valueOf(kind, given)).toBe('refused');
  });

  it('takes a private key with or without 0x, wrapped', () => {
    const keys = [`0x${'ab'.repeat(32)}`, 'ab'.repeat(32)].map((given) => valueOf(privateKey, given));
    expect(keys.map((key) => (key as { reveal(): string }).reveal())).toEqual(Array(2).fill(`0x${'ab'.repeat(32)}`));
    expect(String(keys[0])).toBe('[Redacted]');
  });

  it.each([
    'https://eth.example/v2/abcdefghijklmnopqrst?apikey=k',
    'https://eth.example/?apikey=k',
    'https://user:password@eth.example/v2',
  ])('hides whatever may be a key in the RPC URL %s', (given) => {
    const url = valueOf(secretUrl, given);
    expect(String(url)).toBe('https://eth.example/[Redacted]');
    expect((url as { reveal(): string }).reveal()).toBe(given);
  });

  it.each([
    [secretUrl, 'op:hunter2@eth.example:8545', 'has no scheme: begin it with http:// or https://'],
    [secretUrl, 'hunter2', 'has no scheme: begin it with http:// or https://'],
    [secretUrl, 'https://eth.example/hunter2 # mine', 'contains a space'],
    [secretUrl, 'wss://eth.example/hunter2', 'has another scheme: begin it with http:// or https://'],
    [secretUrl, 'https://op:hunter2@', 'is not a valid URL'],
    [httpUrl, 'http://op:hunter2@collector:4318', 'has a user or a password: leave them out'],
    [httpUrl, 'collector:4318/hunter2', 'has no scheme: begin it with http:// or https://'],
  ])('says why a URL is refused, and shows nothing of it', (kind, given, reason) => {
    expect(problemsOf(kind, given)).toEqual([
      `--x (X) must be a URL (http or https); the value, which is not shown here, ${reason}`,
    ]);
    expect(problemsOf(listOf<unknown>(kind), `http://a,${given}`)).toEqual([
      `--x (X) must be a comma-separated list, each item a URL (http or https), none twice; item 2, which is not shown here, ${reason}`,
    ]);
  });

  it('takes addresses with a right checksum or without one', () => {
    const checksummed = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
    for (const given of [checksummed, checksummed.toLowerCase(), `0x${checksummed.slice(2).toUpperCase()}`]) {
      expect(valueOf(address, given)).toBe(given);
    }
    const wrong = checksummed.replace('0x5aA', '0x5aa');
    expect(problemsOf(address, wrong)).toEqual([
      `--x (X) must be an Ethereum address: 0x and 40 hexadecimal digits; got '${wrong}', which has a wrong checksum: compare every digit`,
    ]);
  });

  it.each([
    [address, `0x${'ab'.repeat(20)},0x${'AB'.repeat(20)}`],
    [privateKey, `0x${'ab'.repeat(32)},${'AB'.repeat(32)}`],
  ])('finds what a list has twice, however it is written', (kind, given) => {
    expect(problemsOf(listOf<unknown>(kind), given)).toEqual([expect.stringMatching(/has an item twice$/)]);
  });

  it.each([['~'], ['~/data'], ['~op/data']])('refuses the path %s, which would be a folder of that name', (given) => {
    expect(problemsOf(path, given)).toEqual([
      `--x (X) must be a path; got '${given}', which begins with ~, and only a shell expands that: write the whole path`,
    ]);
  });

  it.each([
    [gwei, '2000', 2_000_000_000_000n],
    [gwei, '0.000000001', 1n],
    [gwei, '1.5', 1_500_000_000n],
    [gwei, '9999999999999999.999999999', 9_999_999_999_999_999_999_999_999n],
    [gwei, '0.0000000001', 'refused'],
    [ether, '0.0000001', 100_000_000_000n],
    [ether, '0.123456789012345678', 123_456_789_012_345_678n],
    [ether, '9999999999999999.000000000000000001', 9_999_999_999_999_999_000_000_000_000_000_001n],
    [ether, '1e3', 'refused'],
    [ether, '-1', 'refused'],
    [ether, '.5', 'refused'],
  ])('reads an amount to the wei', (kind, given, value) => {
    expect(valueOf(kind, given)).toBe(value);
  });
});
