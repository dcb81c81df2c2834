import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openEmbeddedEngine } from '../../../../shared/engine/embedded/embedded-engine.ts';
import { DiskReserve } from '../../../../shared/engine/embedded/disk-reserve.ts';
import { FileProofStore } from '../../../../shared/engine/embedded/file-proof-store.ts';
import { DiskReserveError } from '../../../../shared/proof-store/errors.ts';
import { outputsKey } from '../../../../shared/proof-store/proof-store.ts';
import { aNewJob } from '../../../contract/a-new-job.ts';

const HOUR_MS = 3_600_000;
const MIB = 2 ** 20;
const RESERVE_BYTES = 256 * MIB;
const STORING_PROCESS = fileURLToPath(new URL('../processes/storing-process.ts', import.meta.url));

describe('FileProofStore', () => {
  let directory: string;
  let proofs: FileProofStore;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'coppice-proofs-'));
    proofs = new FileProofStore(directory, Date.now);
  });
  afterEach(() => rm(directory, { recursive: true }));

  it("keeps a proof where Aztec's agents would", async () => {
    const { id, circuit } = aNewJob('ROOT_ROLLUP');
    await proofs.put(outputsKey(circuit, id), new TextEncoder().encode('{}'));
    expect(await readFile(join(directory, 'outputs', 'ROOT_ROLLUP', `${id}.json`), 'utf8')).toBe('{}');
  });

  it('leaves no unfinished file behind, whether it stored, repeated or refused', async () => {
    const key = outputsKey('ROOT_ROLLUP', aNewJob().id);
    await proofs.put(key, new Uint8Array([1]));
    await proofs.put(key, new Uint8Array([1]));
    await expect(proofs.put(key, new Uint8Array([2]))).rejects.toThrow('already stored');
    await Promise.allSettled([3, 4, 5].map((byte) => proofs.put(key, new Uint8Array([byte]))));
    expect(await readdir(join(directory, 'tmp'))).toEqual([]);
  });

  it('leaves nothing of a write that the disk does not take', async () => {
    // A limit on the size of files stands for a full disk; the database is made before.
    await openEmbeddedEngine({ dataDirectory: directory, leaseSeconds: 1 }).close();
    const limited = ['-c', 'ulimit -f 600 && exec "$@"', 'sh', process.execPath, STORING_PROCESS, directory];
    const { stdout } = await promisify(execFile)('sh', limited);
    expect(JSON.parse(stdout)).toEqual({ problem: expect.stringContaining('EFBIG') as string, left: [] });
  });

  describe('on a disk that is nearly full', () => {
    let freeBytes: number;
    beforeEach(() => {
      proofs = new FileProofStore(directory, Date.now, { readFreeBytes: async () => freeBytes });
    });
    const put = (bytes = new Uint8Array([1]), id = aNewJob().id): Promise<unknown> =>
      proofs.put(outputsKey('ROOT_ROLLUP', id), bytes);

    it('refuses to store into the reserve of the ledger, and says what is full and what to do', async () => {
      freeBytes = RESERVE_BYTES + 4;
      const { id } = aNewJob();
      await put(new Uint8Array(4), id);
      freeBytes = RESERVE_BYTES + 3;
      const refusal: unknown = await put(new Uint8Array(4)).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(DiskReserveError);
      expect(String(refusal)).toBe(
        `DiskReserveError: the disk of ${join(directory, 'tmp')} is full: 256 MiB are free, and 256 MiB are kept for the ` +
          'ledger. Free space on it, or move the data directory to a larger disk; nothing is lost, it is tried again',
      );
      expect(await readdir(join(directory, 'tmp'))).toEqual([]);
      await put(new Uint8Array(4), id);
    });

    it('reports a write that found the disk full in the same words', async () => {
      freeBytes = 0;
      const reserve = new DiskReserve(directory, { readFreeBytes: async () => freeBytes });
      for (const code of ['ENOSPC', 'EDQUOT']) {
        const cause = Object.assign(new Error('write'), { code });
        expect(await reserve.explain(cause)).toMatchObject({ name: 'DiskReserveError', freeBytes: 0, cause });
      }
      const other = Object.assign(new Error('write'), { code: 'EIO' });
      expect(await reserve.explain(other)).toBe(other);
    });

    it('stores again as soon as there is room', async () => {
      freeBytes = 0;
      await expect(put()).rejects.toBeInstanceOf(DiskReserveError);
      freeBytes = 2 * RESERVE_BYTES;
      await put();
    });
  });

  it('removes the unfinished files of writers that died, but none that may still be written', async () => {
    await mkdir(join(directory, 'tmp'));
    for (const [name, ageMs] of [
      ['left-behind', 2 * HOUR_MS],
      ['being-written', HOUR_MS / 2],
    ] as const) {
      await writeFile(join(directory, 'tmp', name), 'half a pro');
      const time = new Date(Date.now() - ageMs);
      await utimes(join(directory, 'tmp', name), time, time);
    }
    await proofs.removeLeftovers();
    expect(await readdir(join(directory, 'tmp'))).toEqual(['being-written']);
  });

  it('has nothing to remove in a store that was never written', async () => {
    await expect(proofs.removeLeftovers()).resolves.toBeUndefined();
  });

  it('keeps to the folder that a relative path named when the store was made', async () => {
    const before = process.cwd();
    process.chdir(directory);
    const relative = new FileProofStore(join('data', 'proofs'), Date.now);
    process.chdir(before);
    const key = outputsKey('ROOT_ROLLUP', aNewJob().id);
    await relative.put(key, new Uint8Array([1]));
    expect([...(await readFile(join(directory, 'data', 'proofs', key)))]).toEqual([1]);
  });
});
