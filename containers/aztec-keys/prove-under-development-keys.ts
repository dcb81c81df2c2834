import { useDevelopmentKeys } from './use-development-keys.ts';

/** Aztec's prover, as far as it checks its proofs. */
interface VerifyingProver {
  verifyProof(...parameters: never[]): Promise<unknown>;
}

/**
 * Has Aztec's prover prove under the development keys in `folder`. After each proof it would have `bb` verify it; but `bb` knows
 * only the ceremony's secret in G2, and refuses every proof under another. So nothing is verified here: the circuit above
 * verifies each proof, and the contract on L1 the root's.
 * @throws {DevelopmentKeysMissingError}
 */
export async function proveUnderDevelopmentKeys<Prover extends VerifyingProver>(
  prover: Prover,
  folder: string,
): Promise<Prover> {
  await useDevelopmentKeys(folder);
  prover.verifyProof = () => Promise.resolve();
  return prover;
}
