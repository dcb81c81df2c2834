import { Fr } from '@aztec/foundation/curves/bn254';
import { ProtocolCircuitVks, ServerCircuitVks } from '@aztec/noir-protocol-circuits-types/server/vks';
import { getServerCircuitArtifact } from '@aztec/noir-protocol-circuits-types/server';
import { getVKTree } from '@aztec/noir-protocol-circuits-types/vk-tree';
import { VerificationKeyAsFields, VerificationKeyData } from '@aztec/stdlib/vks';

import { bytecodeSha256Of } from './bytecode.ts';
import { ARTIFACTS, type KeyedCircuit } from './circuit-artifacts.ts';
import { type DevelopmentKey, readDevelopmentKey, readDevelopmentKeyTree } from './development-key.ts';

/** The keys that were asked for are not there, or were made for other circuits. */
export class DevelopmentKeysMissingError extends Error {
  override readonly name = 'DevelopmentKeysMissingError';

  constructor(folder: string, what: string) {
    super(
      `${folder} has no ${what}: run coppice devnet --real-proofs, which makes Aztec's keys under the development CRS`,
    );
  }
}

/**
 * Replaces, in this process, Aztec's verification keys and the tree of them by those under the development CRS in `folder`. Call
 * it before Aztec's code reads a key: whatever proves or checks afterwards does so under a CRS whose secret is known.
 *
 * Aztec's packages keep both as plain objects, which they read whenever they need a key and hand to nobody by value, so
 * no installed file changes and every reader sees the same keys.
 * @returns the circuits whose keys were replaced
 * @throws {DevelopmentKeysMissingError}
 */
export async function useDevelopmentKeys(folder: string): Promise<readonly KeyedCircuit[]> {
  const tree = await readDevelopmentKeyTree(folder);
  if (tree === undefined) throw new DevelopmentKeysMissingError(folder, 'tree of keys');
  const keys = await Promise.all(
    tree.circuits.map(async (circuit) => {
      const key = await readDevelopmentKey(
        folder,
        circuit,
        bytecodeSha256Of(getServerCircuitArtifact(ARTIFACTS[circuit])),
      );
      if (key === undefined) throw new DevelopmentKeysMissingError(folder, `key of ${circuit}`);
      if (!tree.nodes.includes(key.hash))
        throw new DevelopmentKeysMissingError(folder, `tree with the key of ${circuit}`);
      return key;
    }),
  );
  for (const key of keys) {
    const data = toVerificationKeyData(key);
    ServerCircuitVks[ARTIFACTS[key.circuit]] = data;
    ProtocolCircuitVks[ARTIFACTS[key.circuit]] = data;
  }
  const { nodes } = getVKTree();
  if (nodes.length !== tree.nodes.length)
    throw new DevelopmentKeysMissingError(folder, "tree of the installed version's height");
  for (const [index, node] of tree.nodes.entries()) nodes[index] = Fr.fromHexString(node).toBuffer();
  return tree.circuits;
}

const FIELD_BYTES = 32;

function toVerificationKeyData({ key, hash }: DevelopmentKey): VerificationKeyData {
  const bytes = Buffer.from(key, 'base64');
  const fields = Array.from({ length: bytes.length / FIELD_BYTES }, (_, index) =>
    Fr.fromBuffer(bytes.subarray(FIELD_BYTES * index, FIELD_BYTES * (index + 1))),
  );
  return new VerificationKeyData(new VerificationKeyAsFields(fields, Fr.fromHexString(hash)), bytes);
}
