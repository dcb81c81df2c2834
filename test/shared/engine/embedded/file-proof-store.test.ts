import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { FileProofStore } from '../../../../shared/engine/embedded/file-proof-store.ts';
import { outputsKey } from '../../../../shared/proof-store/proof-store.ts';
import { aNewJob } from '../../../contract/a-new-job.ts';

const HOUR_MS = 3_600_000;

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
