import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { type Sha256, sha256Of } from '../../proving-job/proving-job-id.ts';
import { ObjectConflictError, ObjectCorruptError, ObjectMissingError } from '../../proof-store/errors.ts';
import { DiskReserve, type DiskReserveOptions } from './disk-reserve.ts';
import type { ProofKey, ProofStore, StoredObject } from '../../proof-store/proof-store.ts';

/** A write takes seconds: an older unfinished file was left by a process that died while it wrote. */
const LEFTOVER_AGE_MS = 3_600_000;

/**
 * A {@link ProofStore} in a folder: an object is the file of its key.
 *
 * A file is written whole in `tmp/`, forced to the disk, and then given its name by link(2), which fails when the name
 * is taken: no reader ever sees half an object, and of two writers of one key the second gets an error.
 */
export class FileProofStore implements ProofStore {
  readonly directory: string;
  readonly #nowMs: () => number;
  readonly #reserve: DiskReserve;

  constructor(directory: string, nowMs: () => number, options: DiskReserveOptions = {}) {
    this.directory = resolve(directory);
    this.#nowMs = nowMs;
    this.#reserve = new DiskReserve(this.#temporaryDirectory, options);
  }

  get #temporaryDirectory(): string {
    return join(this.directory, 'tmp');
  }

  async put(key: ProofKey, bytes: Uint8Array): Promise<StoredObject> {
    const object: StoredObject = { key, sha256: sha256Of(bytes), sizeBytes: bytes.byteLength };
    const path = join(this.directory, key);
    if (await this.#alreadyHolds(path, object)) return object;
    const temporary = join(this.#temporaryDirectory, randomUUID());
    try {
      await this.#writeWhole(temporary, bytes);
      const firstMade = await mkdir(dirname(path), { recursive: true });
      await link(temporary, path);
      await syncDirectories(dirname(path), firstMade === undefined ? dirname(path) : dirname(firstMade));
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw await this.#reserve.explain(error);
      // Another writer was first: its object stays.
      if (!(await this.#alreadyHolds(path, object))) return await this.put(key, bytes);
    } finally {
      // A write that failed must not keep the space that it took.
      await rm(temporary, { force: true });
    }
    return object;
  }

  async get(object: StoredObject): Promise<Uint8Array> {
    const bytes = await readIfThere(join(this.directory, object.key));
    if (bytes === undefined) throw new ObjectMissingError(object.key);
    const actualSha256 = sha256Of(bytes);
    if (bytes.byteLength !== object.sizeBytes || actualSha256 !== object.sha256) {
      throw new ObjectCorruptError(object.key, object.sha256, actualSha256);
    }
    return bytes;
  }

  async quarantine(key: ProofKey, reason: string, seen?: Sha256): Promise<void> {
    const path = join(this.directory, key);
    if (seen !== undefined) {
      const existing = await readIfThere(path);
      if (existing === undefined || sha256Of(existing) !== seen) return;
    }
    const aside = join(this.directory, 'quarantine', `${key}.${this.#nowMs()}-${randomUUID().slice(0, 8)}`);
    await mkdir(dirname(aside), { recursive: true });
    try {
      await rename(path, aside);
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return;
      throw error;
    }
    await writeFile(`${aside}.reason.txt`, `${reason}\n`);
  }

  /** Deletes the unfinished files of writers that died. They take space and do no other harm. */
  async removeLeftovers(): Promise<void> {
    const directory = this.#temporaryDirectory;
    for (const name of await readdir(directory).catch(() => [])) {
      const path = join(directory, name);
      try {
        // A file's time comes from the file system, not from the store's clock.
        if (Date.now() - (await stat(path)).mtimeMs > LEFTOVER_AGE_MS) await unlink(path);
      } catch {
        // Its writer has just finished, or another process was first.
      }
    }
  }

  /** @throws {ObjectConflictError} if the file holds other bytes. */
  async #alreadyHolds(path: string, object: StoredObject): Promise<boolean> {
    const existing = await readIfThere(path);
    if (existing === undefined) return false;
    const existingSha256 = sha256Of(existing);
    if (existingSha256 !== object.sha256)
      throw new ObjectConflictError(object.key, existingSha256, existing.byteLength);
    return true;
  }

  async #writeWhole(path: string, bytes: Uint8Array): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    await this.#reserve.assertRoomFor(bytes.byteLength);
    const file = await open(path, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
  }
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/**
 * Forces the names in `path`, and in the folders above it up to `top`, to the disk: once its folder is on the
 * disk, a name survives a power cut.
 */
async function syncDirectories(path: string, top: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
  if (path !== top) await syncDirectories(dirname(path), top);
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
