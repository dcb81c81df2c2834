import type { Hex } from 'viem';

import { compileContracts, linkContract } from './compile-contracts.ts';
import { type VerifiedKey, verifierSource } from './verifier-source.ts';

/**
 * Deploys the contract that verifies proofs under the key, with the libraries that it needs.
 * @param deploy sends a contract's code to L1, and returns its address
 */
export async function deployVerifier(key: VerifiedKey, deploy: (data: Hex) => Promise<Hex>): Promise<Hex> {
  const { source, contractName } = verifierSource(key);
  const contracts = compileContracts(source);
  const verifierContract = contracts.get(contractName);
  if (verifierContract === undefined) throw new Error(`bb's verifier has no contract ${contractName}`);
  const libraries = new Map<string, Hex>();
  for (const name of verifierContract.libraries.keys()) {
    const library = contracts.get(name);
    if (library === undefined) throw new Error(`bb's verifier has no library ${name}`);
    libraries.set(name, await deploy(linkContract(library, libraries)));
  }
  return await deploy(linkContract(verifierContract, libraries));
}
