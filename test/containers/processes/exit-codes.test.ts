import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { COMMANDS } from '../../../containers/cli/commands.ts';
import {
  EXIT_CODE_MEANINGS,
  EXIT_CODES,
  type ExitCodeName,
  exitCodeOfError,
} from '../../../containers/processes/exit-codes.ts';
import { InvalidSettingsError } from '../../../shared/config/errors.ts';
import { SchemaVersionError } from '../../../shared/engine/errors.ts';

const NAMES = Object.keys(EXIT_CODES) as ExitCodeName[];

describe('exit codes', () => {
  it('are in one table of the documentation, in the words of the help', () => {
    const page = readFileSync('docs/command-line.md', 'utf8');
    const rows = [...page.matchAll(/^\| +(\d+) +\| (.+?) +\|/gm)].map(([, code, meaning]) => [Number(code), meaning]);
    expect(rows).toEqual(NAMES.map((name) => [EXIT_CODES[name], EXIT_CODE_MEANINGS[name]]));
  });

  it('say whether trying again may help', () => {
    expect(exitCodeOfError(new InvalidSettingsError(['wrong']))).toBe(2);
    expect(exitCodeOfError(new SchemaVersionError('coppice.sqlite', 9, 3))).toBe(3);
    expect(exitCodeOfError(new Error('no L1 RPC responded'))).toBe(1);
    expect(exitCodeOfError('thrown')).toBe(1);
  });

  it('are declared by commands that have more than the common ones', () => {
    const declared = new Map(COMMANDS.map(({ name, exitCodes = [] }) => [name, exitCodes]));
    expect(declared.get('wait')).toEqual(['timedOut']);
    for (const name of ['start', 'watch', 'devnet', 'canary'])
      expect(declared.get(name), name).toContain('interrupted');
  });
});
