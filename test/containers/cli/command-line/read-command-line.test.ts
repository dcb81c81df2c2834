import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readCommandLine } from '../../../../containers/cli/command-line/read-command-line.ts';
import { START_COMMAND } from '../../../../containers/cli/start/start-command.ts';

const BUNDLED_BB = fileURLToPath(
  new URL('../../../../node_modules/@aztec/bb.js/build/amd64-linux/bb', import.meta.url),
);

describe('readCommandLine', () => {
  let workingDirectory: string;
  beforeEach(() => {
    workingDirectory = mkdtempSync(path.join(tmpdir(), 'coppice-line-'));
  });
  afterEach(() => rmSync(workingDirectory, { recursive: true }));

  function bbOf(environment: Record<string, string>): string | undefined {
    return readCommandLine([], START_COMMAND, { environment, workingDirectory }).environment['BB_BINARY_PATH'];
  }

  it("prefers a file's prover to the launcher's own, but not to an explicit one", () => {
    expect(bbOf({ BB_BINARY_PATH: BUNDLED_BB })).toBe(BUNDLED_BB);
    writeFileSync(path.join(workingDirectory, '.env'), 'BB_BINARY_PATH=/opt/bb-avm\n');
    expect(bbOf({ BB_BINARY_PATH: BUNDLED_BB })).toBe('/opt/bb-avm');
    expect(bbOf({ BB_BINARY_PATH: '/usr/bin/bb' })).toBe('/usr/bin/bb');
  });

  it('collects the problems of flags, file and variables', () => {
    writeFileSync(path.join(workingDirectory, '.env'), 'NO ASSIGNMENT\n');
    const { problems } = readCommandLine(['--lease'], START_COMMAND, {
      environment: { COPPICE_LEASE: '8' },
      workingDirectory,
    });
    expect(problems).toEqual([
      expect.stringMatching(/^--lease is unknown/),
      expect.stringMatching(/\.env line 1 is neither NAME=value nor a comment$/),
      expect.stringMatching(/^the variable COPPICE_LEASE is unknown/),
    ]);
  });
});
