import { getServerCircuitArtifact } from '@aztec/noir-protocol-circuits-types/server';

import { bytecodeSha256Of } from '../../aztec-keys/bytecode.ts';
import { ARTIFACTS } from '../../aztec-keys/circuit-artifacts.ts';
import { readDevelopmentKey } from '../../aztec-keys/development-key.ts';
import { DevelopmentKeysMissingError } from '../../aztec-keys/use-development-keys.ts';
import type { VerifiedKey } from '../../local-l1/verifier-source.ts';

/** The source of the contract for the root's development key in `folder`. @throws {DevelopmentKeysMissingError} */
export async function rootVerifierOf(folder: string): Promise<VerifiedKey> {
  const sha256 = bytecodeSha256Of(getServerCircuitArtifact(ARTIFACTS.ROOT_ROLLUP));
  const key = await readDevelopmentKey(folder, 'ROOT_ROLLUP', sha256);
  if (key?.solidityVerifier === undefined) throw new DevelopmentKeysMissingError(folder, 'verifier of the root');
  return { crs: key.crs, solidityVerifier: key.solidityVerifier };
}
