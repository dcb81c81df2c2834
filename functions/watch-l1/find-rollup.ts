import { RegistryAbi } from '@aztec/l1-artifacts/RegistryAbi';
import type { Hex } from 'viem';

import type { L1Client } from '../../shared/l1/l1-client.ts';

/**
 * The rollup contract that the registry names, at L1's latest block: which one is canonical changes with an upgrade.
 * Passes on what the client throws, also when the registry has no such version.
 */
export async function findRollup(
  client: L1Client,
  registryAddress: Hex,
  rollupVersion: 'canonical' | number,
): Promise<Hex> {
  const registry = { address: registryAddress, abi: RegistryAbi } as const;
  return rollupVersion === 'canonical'
    ? await client.readContract({ ...registry, functionName: 'getCanonicalRollup' })
    : await client.readContract({ ...registry, functionName: 'getRollup', args: [BigInt(rollupVersion)] });
}
