import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';

import { VK_TREE_HEIGHT } from '@aztec/constants';
import { MerkleTreeCalculator } from '@aztec/foundation/trees';
import { getServerCircuitArtifact } from '@aztec/noir-protocol-circuits-types/server';
import { ServerCircuitVks } from '@aztec/noir-protocol-circuits-types/server/vks';
import { getVKIndex, getVKTree } from '@aztec/noir-protocol-circuits-types/vk-tree';

import { readCrs } from '../../shared/crs/read-crs.ts';
import { bbThreadsFor } from '../../shared/proving-job/bb-threads.ts';
import { CIRCUIT_CATALOGUE } from '../../shared/proving-job/circuit-catalogue.ts';
import { bytecodeOf, bytecodeSha256Of } from './bytecode.ts';
import { ARTIFACTS, type KeyedCircuit, verifierTargetOf } from './circuit-artifacts.ts';
import {
  type DevelopmentKey,
  readDevelopmentKey,
  writeDevelopmentKey,
  writeDevelopmentKeyTree,
} from './development-key.ts';
import { type BbRun, runBb, type RunBbOptions } from './run-bb.ts';

export interface MakeDevelopmentKeysOptions extends Pick<RunBbOptions, 'bbPath' | 'crsPath'> {
  /** Where keys are kept, see `developmentKeysFolder`. */
  readonly folder: string;
  readonly circuits: readonly KeyedCircuit[];
  /** Whether `bb` is to keep its polynomials in files for the circuit's key. */
  readonly isLowMemory: (circuit: KeyedCircuit) => boolean;
  readonly onBegin: (circuit: KeyedCircuit) => void;
  readonly onMade: (circuit: KeyedCircuit, run: BbRun) => void;
}

/** The CRS is not the development one, or has too few points. */
export class UnfitCrsError extends Error {
  override readonly name = 'UnfitCrsError';

  constructor(crsPath: string, neededPoints: number) {
    super(`${crsPath} holds no development CRS of ${neededPoints} points, which coppice devnet --real-proofs makes`);
  }
}

/**
 * Makes the verification keys of `circuits` under the development CRS, except those that are in `folder` already, and the tree
 * of Aztec's keys with these in place of the circuits' own. What was made stays, however the call ends. Call `startAztecHashing`
 * first.
 * @throws {UnfitCrsError}
 */
export async function makeDevelopmentKeys(options: MakeDevelopmentKeysOptions): Promise<void> {
  const { folder, circuits, crsPath } = options;
  const neededPoints = Math.max(...circuits.map((circuit) => 2 ** CIRCUIT_CATALOGUE[circuit].log2Gates)) + 1;
  const crs = await readCrs(crsPath);
  if (crs?.kind !== 'development' || crs.points < neededPoints) throw new UnfitCrsError(crsPath, neededPoints);
  const keys: DevelopmentKey[] = [];
  for (const circuit of circuits) {
    const artifact = getServerCircuitArtifact(ARTIFACTS[circuit]);
    const known = await readDevelopmentKey(folder, circuit, bytecodeSha256Of(artifact));
    keys.push(known ?? (await makeKey(circuit, options)));
  }
  const { leaves } = getVKTree();
  for (const { circuit, hash } of keys) {
    leaves[getVKIndex(ServerCircuitVks[ARTIFACTS[circuit]])] = Buffer.from(hash.slice(2), 'hex');
  }
  const { nodes } = await (await MerkleTreeCalculator.create(VK_TREE_HEIGHT)).computeTree(leaves);
  await writeDevelopmentKeyTree(folder, { crs: 'development', circuits: [...circuits], nodes: nodes.map(toField) });
}

async function makeKey(
  circuit: KeyedCircuit,
  { folder, bbPath, crsPath, isLowMemory, onBegin, onMade }: MakeDevelopmentKeysOptions,
): Promise<DevelopmentKey> {
  onBegin(circuit);
  const artifact = getServerCircuitArtifact(ARTIFACTS[circuit]);
  const options = {
    bbPath,
    crsPath,
    isLowMemory: isLowMemory(circuit),
    threads: bbThreadsFor(circuit, availableParallelism()),
  };
  const scheme = ['--scheme', 'ultra_honk', '-t', verifierTargetOf(circuit)];
  const directory = await mkdtemp(path.join(tmpdir(), 'coppice-key-'));
  const fileOf = (name: string): string => path.join(directory, name);
  try {
    await writeFile(fileOf('bytecode'), bytecodeOf(artifact));
    const run = await runBb(['write_vk', ...scheme, '-b', fileOf('bytecode'), '-o', directory], options);
    let solidityVerifier: string | undefined;
    if (verifierTargetOf(circuit) === 'evm-no-zk') {
      const source = fileOf('Verifier.sol');
      await runBb(['write_solidity_verifier', ...scheme, '-k', fileOf('vk'), '-o', source], options);
      solidityVerifier = await readFile(source, 'utf8');
    }
    const key: DevelopmentKey = {
      crs: 'development',
      circuit,
      bytecodeSha256: bytecodeSha256Of(artifact),
      key: (await readFile(fileOf('vk'))).toString('base64'),
      hash: toField(await readFile(fileOf('vk_hash'))),
      ...(solidityVerifier !== undefined && { solidityVerifier }),
    };
    await writeDevelopmentKey(folder, key);
    onMade(circuit, run);
    return key;
  } finally {
    await rm(directory, { recursive: true });
  }
}

function toField(bytes: Buffer): string {
  return `0x${bytes.toString('hex')}`;
}
