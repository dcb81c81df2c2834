import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Barretenberg } from '@aztec/bb.js';
import { poseidon2Hash } from '@aztec/foundation/crypto/poseidon';
import { Fr } from '@aztec/foundation/curves/bn254';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { startAztecHashing } from '../../../containers/processes/start-aztec-hashing.ts';

describe("Aztec's hashing", () => {
  let parent: string;

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'coppice-hashing-'));
    // bb.js puts the socket there.
    vi.stubEnv('TMPDIR', join(parent, 'sockets'));
  });

  afterEach(async () => {
    await Barretenberg.destroySingleton();
    vi.unstubAllEnvs();
    await rm(parent, { recursive: true, force: true });
  });

  it('starts another bb when the first cannot be reached', async () => {
    const failures: unknown[] = [];

    await startAztecHashing((error) => {
      failures.push(error);
      void mkdir(join(parent, 'sockets'), { recursive: true });
    });

    expect(failures).not.toEqual([]);
    expect((await poseidon2Hash([Fr.ONE])).isZero()).toBe(false);
  });

  it('fails with the reason when no bb can be reached', async () => {
    await expect(startAztecHashing()).rejects.toThrow(/^bb, which computes Aztec's hashes, did not start: .+/);
  });

  it('goes on after its bb was killed', async () => {
    await mkdir(join(parent, 'sockets'));
    const ends: unknown[] = [];
    await startAztecHashing((error) => ends.push(error));
    const expected = await poseidon2Hash([Fr.ONE]);
    const { process: child } = (
      Barretenberg.getSingleton() as unknown as { backend: { process: { kill: (signal: 'SIGKILL') => boolean } } }
    ).backend;

    child.kill('SIGKILL');

    await expect.poll(() => ends).not.toEqual([]);
    await expect.poll(async () => (await poseidon2Hash([Fr.ONE]).catch(() => Fr.ZERO)).equals(expected)).toBe(true);
  });
});
