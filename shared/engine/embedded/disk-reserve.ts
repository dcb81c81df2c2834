import { statfs } from 'node:fs/promises';

import { DiskReserveError } from '../../proof-store/errors.ts';

const MIB = 2 ** 20;
/** Kept free for the ledger: far more than it takes while it settles what is proven and submits roots. */
export const RESERVE_BYTES = 256 * MIB;
/** The operator is warned below this. An epoch of 10,000 jobs takes about 1.6 GB. */
export const WARNING_BYTES = 4096 * MIB;

/** Returns how many bytes of the file system of that folder this program may still use. */
export type ReadFreeBytes = (directory: string) => Promise<number>;

export const readFreeBytes: ReadFreeBytes = async (directory) => {
  const { bavail, bsize, blocks } = await statfs(directory);
  // Some network file systems report no sizes at all.
  return blocks === 0 ? Infinity : bavail * bsize;
};

export interface DiskReserveOptions {
  readonly readFreeBytes?: ReadFreeBytes | undefined;
}

/**
 * Refuses large writes before the disk is full, so that the ledger beside them can still mark proofs and submit roots.
 * It reads the free space anew each time: writes succeed again as soon as there is room.
 */
export class DiskReserve {
  readonly #directory: string;
  readonly #readFreeBytes: ReadFreeBytes;

  constructor(directory: string, options: DiskReserveOptions) {
    this.#directory = directory;
    this.#readFreeBytes = options.readFreeBytes ?? readFreeBytes;
  }

  /** @throws {DiskReserveError} when a write of that size would leave less than the reserve. */
  async assertRoomFor(sizeBytes: number): Promise<void> {
    const freeBytes = await this.#readFreeBytes(this.#directory);
    if (freeBytes - sizeBytes < RESERVE_BYTES) throw this.#refusal(freeBytes);
  }

  /** The same refusal for a write that found the disk full; any other error as it is. */
  async explain(error: unknown): Promise<unknown> {
    const isFull = error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
    return isFull ? this.#refusal(await this.#readFreeBytes(this.#directory), { cause: error }) : error;
  }

  #refusal(freeBytes: number, options?: ErrorOptions): DiskReserveError {
    return new DiskReserveError(this.#directory, freeBytes, RESERVE_BYTES, options);
  }
}
