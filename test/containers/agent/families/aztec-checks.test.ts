import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { findAztecProblems } from '../../../../containers/agent/families/aztec-checks.ts';
import type { AztecFamilyOptions } from '../../../../containers/agent/families/aztec-family-options.ts';
import { installedNetworkVersion } from '../../../../shared/proving-job/network-version.ts';

describe('what an agent checks before its first claim', () => {
  let directory: string;
  let options: AztecFamilyOptions;

  const program = async (name: string, script: string): Promise<string> => {
    const path = join(directory, name);
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
    return path;
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'coppice-checks-'));
    options = {
      networkVersion: installedNetworkVersion(),
      realProofs: true,
      memoryMib: 64 * 1024,
      // The launcher of the tests names the bb of the installed packages.
      bbBinaryPath: process.env['BB_BINARY_PATH'],
      bbWorkingDirectory: directory,
      acvmBinaryPath: await program('acvm', 'exit 0'),
      acvmWorkingDirectory: directory,
      crsPath: join(directory, 'crs'),
    };
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  it('asks nothing of the machine for simulated proofs', async () => {
    const simulated = { networkVersion: installedNetworkVersion(), realProofs: false, memoryMib: 1 };

    expect(await findAztecProblems(simulated, ['ROOT_ROLLUP', 'PUBLIC_VM'])).toEqual([]);
  });

  it('is content with a bb of the right version for circuits other than the AVM', async () => {
    expect(await findAztecProblems(options, ['ROOT_ROLLUP', 'PARITY_BASE'])).toEqual([]);
  });

  it('finds that the bb of the npm packages cannot prove the AVM', async () => {
    expect(await findAztecProblems(options, ['PUBLIC_VM'])).toEqual([
      `bb at ${options.bbBinaryPath} cannot prove PUBLIC_VM: set BB_BINARY_PATH to bb-avm of Aztec's image, or leave out the pool large`,
    ]);
  });

  it.for<[what: string, change: (directory: string) => Partial<AztecFamilyOptions>, problem: RegExp]>([
    [
      'packages of another version',
      () => ({ networkVersion: '5.0.0' }),
      /^the installed @aztec packages are of version 4\.1\.2, but the agent is to prove for 5\.0\.0: install the packages/,
    ],
    ['no bb', () => ({ bbBinaryPath: undefined }), /^real proofs need Aztec's bb: set BB_BINARY_PATH to it$/],
    [
      'a bb that is not there',
      () => ({ bbBinaryPath: '/nowhere/bb' }),
      /^bb at \/nowhere\/bb does not run \(.*ENOENT\): set BB_/,
    ],
    [
      'no acvm',
      () => ({ acvmBinaryPath: undefined }),
      /^real proofs need Aztec's acvm for witnesses: set ACVM_BINARY_PATH/,
    ],
    [
      'an acvm that is not there',
      () => ({ acvmBinaryPath: '/nowhere/acvm' }),
      /^no executable acvm at \/nowhere\/acvm/,
    ],
    [
      'too little memory',
      () => ({ memoryMib: 2000 }),
      /^ROOT_ROLLUP needs about \d+ MiB of memory, but there are 2000 MiB: give the/,
    ],
    [
      'a place for the reference string that is a file',
      (folder) => ({ crsPath: join(folder, 'acvm') }),
      /: set CRS_PATH to a folder/,
    ],
  ])('says what to do about %s', async ([, change, problem]) => {
    const problems = await findAztecProblems({ ...options, ...change(directory) }, ['ROOT_ROLLUP']);

    expect(problems).toContainEqual(expect.stringMatching(problem));
  });

  it('says what to do about development keys without their reference string', async () => {
    expect(await findAztecProblems({ ...options, developmentKeys: '/keys' }, ['PARITY_BASE'])).toEqual([
      `the keys in /keys are under the development CRS, and ${options.crsPath} does not hold it: set CRS_PATH to its folder`,
    ]);
  });

  it('says what to do about a bb of another version', async () => {
    const bbBinaryPath = await program('bb', 'echo 3.0.0');

    expect(await findAztecProblems({ ...options, bbBinaryPath }, ['ROOT_ROLLUP'])).toEqual([
      `bb at ${bbBinaryPath} is of version 3.0.0: set BB_BINARY_PATH to the bb of Aztec 4.1.2`,
    ]);
  });
});
