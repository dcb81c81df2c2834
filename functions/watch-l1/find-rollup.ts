import { RegistryAbi } from '@aztec/l1-artifacts/RegistryAbi';
import type { Hex } from 'viem';

import type { L1Reader } from '../../shared/l1/l1-client.ts';

/**
 * The registry's rollup contract, at L1's latest block: upgrades change which one is canonical. Passes on what the client
 * throws, for example when the registry does not have the version.
 */
export async function findRollup(
  client: L1Reader,
  registryAddress: Hex,
  rollupVersion: 'canonical' | number,
): Promise<Hex> {
  const registry = { address: registryAddress, abi: RegistryAbi } as const;
  return rollupVersion === 'canonical'
    ? await client.readContract({ ...registry, functionName: 'getCanonicalRollup' })
    : await client.readContract({ ...registry, functionName: 'getRollup', args: [BigInt(rollupVersion)] });
}
