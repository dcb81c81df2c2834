import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { ENGINE_SETTINGS } from '../../shared/config/groups/engine-settings.ts';
import { nameOf } from '../../shared/config/setting.ts';

/** Another node works in the folder: two would corrupt the chain that they keep there. */
export class DataDirectoryInUseError extends Error {
  override readonly name = 'DataDirectoryInUseError';
  readonly directory: string;

  constructor(directory: string, holder: string) {
    super(
      `another prover node works in ${directory} (${holder}): stop it first, or give this one another ` +
        nameOf(ENGINE_SETTINGS.settings.dataDirectory),
    );
    this.directory = directory;
  }
}

/** The lock's file, in the data directory. */
export const LOCK_FILE = 'prover-node.lock';

/**
 * Keeps other nodes out of the folder until the lock is closed or this process ends, however it ends: the system itself
 * releases SQLite's locks.
 * @throws {DataDirectoryInUseError}
 */
export function lockDataDirectory(directory: string): { close(): void } {
  mkdirSync(directory, { recursive: true });
  // The name has a separate file: nobody can read a database that is locked exclusively.
  const holderFile = path.join(directory, 'prover-node.holder');
  const lock = new DatabaseSync(path.join(directory, LOCK_FILE), { timeout: 0 });
  try {
    lock.exec('begin exclusive');
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    throw new DataDirectoryInUseError(directory, holderIn(holderFile));
  }
  writeFileSync(holderFile, `pid ${process.pid} on ${hostname()}`);
  return lock;
}

function holderIn(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return 'it has only just started';
  }
}

function isBusy(error: unknown): boolean {
  const SQLITE_BUSY = 5;
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}
