import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readEnvFile } from '../../../shared/config/read-env-file.ts';

describe('readEnvFile', () => {
  let directory: string;
  let file: string;

  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'coppice-env-'));
    file = path.join(directory, '.env');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('reads assignments, with comments, quotes, export, and values over several lines', () => {
    writeFileSync(
      file,
      [
        "# a comment, with an = and an apostrophe: don’t, don't",
        '',
        'PLAIN=8',
        '  export EXPORTED = yes',
        "SINGLE='a # b'",
        'DOUBLE="two words" # why',
        'URL=https://eth.example/v2?a=b',
        'LINES="first',
        'second line without assignment',
        'third"',
        'EMPTY=',
        "APOSTROPHE=don't",
        'FROM_OUTSIDE=${NETWORK:-mainnet}',
      ].join('\n'),
    );
    expect(readEnvFile(file, { NETWORK: 'testnet' })?.variables).toEqual({
      PLAIN: '8',
      EXPORTED: 'yes',
      SINGLE: 'a # b',
      DOUBLE: 'two words',
      URL: 'https://eth.example/v2?a=b',
      LINES: 'first\nsecond line without assignment\nthird',
      EMPTY: '',
      APOSTROPHE: "don't",
      FROM_OUTSIDE: 'testnet',
    });
  });

  it('names the file and line of every problem, and no value', () => {
    writeFileSync(file, 'A=1\nPROVER_ID 0xhunter2\nB="x\ny"\nhunter2\n');
    expect(readEnvFile(file, {})?.problems).toEqual([
      `${file} line 2: expected NAME=value or a comment`,
      `${file} line 5: expected NAME=value or a comment`,
    ]);
  });

  it('returns undefined when there is no file, and a problem when it cannot be read', () => {
    expect(readEnvFile(path.join(directory, 'none'), {})).toBeUndefined();
    expect(readEnvFile(directory, {})?.problems).toEqual([`${directory} cannot be read: EISDIR`]);
  });
});
