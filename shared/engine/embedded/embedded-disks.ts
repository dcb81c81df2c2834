import type { Disks, DiskSpace } from '../disks.ts';
import { type ReadFreeBytes, readFreeBytes, RESERVE_BYTES, WARNING_BYTES } from './disk-reserve.ts';

/** The disks of the ledger and of the proofs. */
export class EmbeddedDisks implements Disks {
  readonly #directories: readonly string[];
  readonly #readFreeBytes: ReadFreeBytes;

  constructor(directories: readonly string[], read: ReadFreeBytes = readFreeBytes) {
    this.#directories = directories;
    this.#readFreeBytes = read;
  }

  async spaces(): Promise<readonly DiskSpace[]> {
    const spaces = await Promise.all(
      this.#directories.map(async (directory): Promise<DiskSpace> => {
        const freeBytes = await this.#readFreeBytes(directory).catch(infinityIfMissing);
        return { directory, freeBytes, reserveBytes: RESERVE_BYTES, isLow: freeBytes < WARNING_BYTES };
      }),
    );
    return spaces.filter(({ freeBytes }) => Number.isFinite(freeBytes));
  }
}

/** The folder of the proofs is made with the first of them. */
function infinityIfMissing(error: unknown): number {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return Infinity;
  throw error;
}
