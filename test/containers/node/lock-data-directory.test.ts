import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { DataDirectoryInUseError, lockDataDirectory } from '../../../containers/node/lock-data-directory.ts';

const MODULE = new URL('../../../containers/node/lock-data-directory.ts', import.meta.url).href;

describe("the lock of a node's data directory", () => {
  let directory: string;
  beforeEach(() => {
    directory = path.join(mkdtempSync(path.join(tmpdir(), 'coppice-lock-')), 'data');
  });
  afterEach(() => rmSync(path.dirname(directory), { recursive: true }));

  it('refuses a second node with the process of the first, until that one ends, by kill -9 even', async () => {
    const script = `
      const { lockDataDirectory } = await import(${JSON.stringify(MODULE)});
      globalThis.lock = lockDataDirectory(${JSON.stringify(directory)});
      process.stdout.write('locked');
      setInterval(() => undefined, 1000);
    `;
    const first = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(first.stdout, 'data');
    expect(() => lockDataDirectory(directory)).toThrow(DataDirectoryInUseError);
    expect(() => lockDataDirectory(directory)).toThrow(
      `another prover node works in ${directory} (pid ${first.pid} on ${hostname()}): stop it first, or give this one ` +
        'another --data-directory (DATA_DIRECTORY)',
    );
    const exited = once(first, 'exit');
    first.kill('SIGKILL');
    await exited;
    lockDataDirectory(directory).close();
  });

  it('is free again when it is closed', () => {
    lockDataDirectory(directory).close();
    lockDataDirectory(directory).close();
  });
});
