import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { jsonParseWithSchema } from '@aztec/foundation/json-rpc';
import { ServerCircuitVks } from '@aztec/noir-protocol-circuits-types/server/vks';
import { getVKIndex, getVKSiblingPath, getVKTreeRoot } from '@aztec/noir-protocol-circuits-types/vk-tree';
import { ProvingJobResult } from '@aztec/stdlib/interfaces/server';
import { CheckpointPaddingRollupPrivateInputs } from '@aztec/stdlib/rollup';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { OWN_ACVM } from '../../../containers/acvm/own-acvm.ts';
import { familyReference } from '../../../containers/agent/families/family-registry.ts';
import { readMeasurements } from '../../../containers/agent/families/proof-measurements.ts';
import type { KeyedCircuit } from '../../../containers/aztec-keys/circuit-artifacts.ts';
import { writeDevelopmentBb } from '../../../containers/aztec-keys/development-bb.ts';
import { developmentKeysFolder } from '../../../containers/aztec-keys/development-key.ts';
import { makeDevelopmentKeys } from '../../../containers/aztec-keys/make-development-keys.ts';
import { useDevelopmentKeys } from '../../../containers/aztec-keys/use-development-keys.ts';
import { makeDevelopmentCrs } from '../../../containers/crs/make-development-crs.ts';
import { startAztecHashing } from '../../../containers/processes/start-aztec-hashing.ts';
import { installedNetworkVersion } from '../../../shared/proving-job/network-version.ts';
import { TestFleet } from '../../fixtures/test-fleet.ts';

const PADDING: KeyedCircuit = 'CHECKPOINT_PADDING_ROLLUP';
/** One for each gate of the padding, and one more. */
const POINTS = 2 ** 12 + 1;

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
    await makeDevelopmentCrs(crsPath, POINTS, () => undefined);
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

  it('have an agent prove a circuit for real, from the queue to the store', async () => {
    process.env['CRS_PATH'] = crsPath;
    const fleet = await TestFleet.open();
    try {
      const id = await fleet.addJob(new CheckpointPaddingRollupPrivateInputs().toBuffer(), PADDING);
      const agent = fleet.startAgent({
        circuits: [PADDING],
        families: [
          familyReference('aztec', {
            networkVersion: installedNetworkVersion(),
            realProofs: true,
            bbBinaryPath: await writeDevelopmentBb(process.env['BB_BINARY_PATH'] ?? '', folder),
            bbWorkingDirectory: crsPath,
            acvmBinaryPath: OWN_ACVM,
            acvmWorkingDirectory: crsPath,
            crsPath,
            developmentKeys: folder,
          }),
        ],
        proofMemoryMib: 4096,
        isForDevelopmentChains: true,
      });

      const { proof, attempts } = await Promise.race([
        fleet.untilState(id, 'proven'),
        agent.ended.then(() => Promise.reject(new Error('the agent ended'))),
      ]);

      expect(Object.values(attempts).every((lost) => lost === 0)).toBe(true);
      const stored = Buffer.from(await fleet.engine.proofs.get(proof!)).toString('utf8');
      const { result } = jsonParseWithSchema(stored, ProvingJobResult);
      expect(result).toMatchObject({
        proof: { proof: { length: 519 } },
        verificationKey: ServerCircuitVks.CheckpointPaddingRollupArtifact,
      });
      expect(await readMeasurements(crsPath)).toMatchObject([{ circuit: PADDING, memoryMode: 'normal' }]);
    } finally {
      await fleet.close();
    }
  });
});
