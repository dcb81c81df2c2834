import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { ServerCircuitVks } from '@aztec/noir-protocol-circuits-types/server/vks';
import { getVKIndex, getVKSiblingPath, getVKTreeRoot } from '@aztec/noir-protocol-circuits-types/vk-tree';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { KeyedCircuit } from '../../../containers/aztec-keys/circuit-artifacts.ts';
import { writeDevelopmentBb } from '../../../containers/aztec-keys/development-bb.ts';
import { developmentKeysFolder } from '../../../containers/aztec-keys/development-key.ts';
import { makeDevelopmentKeys } from '../../../containers/aztec-keys/make-development-keys.ts';
import { useDevelopmentKeys } from '../../../containers/aztec-keys/use-development-keys.ts';
import { makeDevelopmentCrs } from '../../../containers/crs/make-development-crs.ts';
import { startAztecHashing } from '../../../containers/processes/start-aztec-hashing.ts';
import { installedNetworkVersion } from '../../../shared/proving-job/network-version.ts';
import { PADDING, PADDING_POINTS } from '../../fixtures/real-prover.ts';

describe("Aztec's keys under the development CRS", () => {
  let crsPath: string;
  let folder: string;
  const aztecsRoot = getVKTreeRoot().toString();
  const aztecsKey = ServerCircuitVks.CheckpointPaddingRollupArtifact;

  const makeKeys = async (circuits: readonly KeyedCircuit[]): Promise<readonly string[]> => {
    const made: string[] = [];
    await makeDevelopmentKeys({
      folder,
      circuits,
      crsPath,
      bbPath: process.env['BB_BINARY_PATH'] ?? '',
      isLowMemory: () => false,
      onBegin: () => undefined,
      onMade: (circuit) => made.push(circuit),
    });
    return made;
  };

  beforeAll(async () => {
    crsPath = await mkdtemp(path.join(tmpdir(), 'coppice-keys-'));
    folder = developmentKeysFolder(crsPath, installedNetworkVersion());
    await makeDevelopmentCrs(crsPath, PADDING_POINTS, () => undefined);
    await startAztecHashing();
  });

  afterAll(async () => {
    await rm(crsPath, { recursive: true });
  });

  it('cannot be used before they are made', async () => {
    await expect(useDevelopmentKeys(folder)).rejects.toThrow(/has no tree of keys: run coppice devnet --real-proofs/);
  });

  it('need a point for each gate', async () => {
    await expect(makeKeys(['PARITY_BASE'])).rejects.toThrow(
      /holds no development CRS of 4194305 points, which coppice/,
    );
  });

  it('leave the tree as it is where no key is replaced', async () => {
    await makeKeys([]);

    await useDevelopmentKeys(folder);

    expect(getVKTreeRoot().toString()).toBe(aztecsRoot);
  });

  it('are made once, and again for another circuit under the name', async () => {
    expect(await makeKeys([PADDING])).toEqual([PADDING]);
    expect(await makeKeys([PADDING])).toEqual([]);

    const file = path.join(folder, `${PADDING}.json`);
    const stored = await readFile(file, 'utf8');
    await writeFile(file, stored.replace(/"bytecodeSha256":"[0-9a-f]{64}"/, `"bytecodeSha256":"${'0'.repeat(64)}"`));
    await expect(useDevelopmentKeys(folder)).rejects.toThrow(`has no key of ${PADDING}`);
    expect(await makeKeys([PADDING])).toEqual([PADDING]);
    expect(await readFile(file, 'utf8')).toBe(stored);
  });

  it("replace Aztec's wherever its code reads them, tree included", async () => {
    const index = getVKIndex(aztecsKey);

    expect(await useDevelopmentKeys(folder)).toEqual([PADDING]);

    const key = ServerCircuitVks.CheckpointPaddingRollupArtifact;
    expect(key.keyAsFields.hash).not.toEqual(aztecsKey.keyAsFields.hash);
    expect(key.numPublicInputs).toBe(aztecsKey.numPublicInputs);
    expect(getVKIndex(key)).toBe(index);
    expect(getVKSiblingPath(index)).toHaveLength(7);
    expect(getVKTreeRoot().toString()).not.toBe(aztecsRoot);
    expect(() => getVKIndex(aztecsKey)).toThrow('not found in VK tree');
  });

  it('are of no use to a bb that verifies under the ceremony’s secret', async () => {
    await expect(writeDevelopmentBb('/bin/true', folder)).rejects.toThrow(
      "/bin/true has a word of the ceremony's secret in G2 0 times, not once",
    );
  });
});
