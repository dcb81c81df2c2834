import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { prepareForge } from '../../../../containers/devnet/l1/forge-toolchain.ts';

const home = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "coppice-forge's-")), 'home');

afterAll(() => {
  fs.rmSync(path.dirname(home), { recursive: true });
});

describe('prepareForge', () => {
  it("puts forge on the PATH, and keeps it out of the user's home", () => {
    const variables = prepareForge(home);
    expect(variables).toMatchObject({ HOME: home, FOUNDRY_OFFLINE: 'true' });
    expect(execFileSync('forge', ['--version'], { encoding: 'utf8', env: variables })).toContain('1.5.1');
  });

  it('gives forge a compiler that compiles', () => {
    prepareForge(home);
    const compiler = path.join(home, '.svm/0.8.30/solc-0.8.30');
    expect(execFileSync(compiler, ['--version'], { encoding: 'utf8' })).toContain('Version: 0.8.30+commit.');
    const input = {
      language: 'Solidity',
      sources: { 'Answer.sol': { content: 'contract Answer { uint256 public constant VALUE = 42; }' } },
      settings: { outputSelection: { '*': { '*': ['evm.bytecode.object'] } } },
    };
    const output: unknown = JSON.parse(
      execFileSync(compiler, ['--standard-json'], { encoding: 'utf8', input: JSON.stringify(input) }),
    );
    expect(output).toHaveProperty(
      ['contracts', 'Answer.sol', 'Answer', 'evm', 'bytecode', 'object'],
      expect.any(String),
    );
  });
});
