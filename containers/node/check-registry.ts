import { RegistryAbi } from '@aztec/l1-artifacts/RegistryAbi';
import { BaseError, ContractFunctionRevertedError, ContractFunctionZeroDataError, type Hex } from 'viem';

import { InvalidSettingsError } from '../../shared/config/errors.ts';
import { L1_SETTINGS } from '../../shared/config/groups/l1-settings.ts';
import { nameOf } from '../../shared/config/setting.ts';
import type { L1Client } from '../../shared/l1/l1-client.ts';

const NAME_OF = {
  registry: nameOf(L1_SETTINGS.settings.registryAddress),
  version: nameOf(L1_SETTINGS.settings.rollupVersion),
};

export interface RegistrySettings {
  readonly registryAddress: Hex;
  /** A version, or, as Aztec's node takes it too, its index in the registry. */
  readonly rollupVersion: number | 'canonical';
}

/**
 * Checks that the settings lead to a rollup, before anything of Aztec's reads it: its errors name neither setting.
 * @throws {InvalidSettingsError}
 */
export async function checkRegistry(
  client: Pick<L1Client, 'chain' | 'getCode' | 'readContract'>,
  { registryAddress: address, rollupVersion }: RegistrySettings,
): Promise<void> {
  const registry = { address, abi: RegistryAbi } as const;
  const wrongRegistry = new InvalidSettingsError([
    `${NAME_OF.registry}: ${address} is not Aztec's registry on L1 chain ${client.chain.id}: give the address that your ` +
      'network publishes, or give --network instead',
  ]);
  if ((await client.getCode({ address })) === undefined) throw wrongRegistry;
  const canonical = await unlessRefused(client.readContract({ ...registry, functionName: 'getCanonicalRollup' }));
  if (canonical === undefined) throw wrongRegistry;
  if (rollupVersion === 'canonical') return;

  const count = await client.readContract({ ...registry, functionName: 'numberOfVersions' });
  const versions = await Promise.all(
    Array.from({ length: Number(count) }, async (_, index) =>
      client.readContract({ ...registry, functionName: 'getVersion', args: [BigInt(index)] }),
    ),
  );
  if (rollupVersion < versions.length || versions.includes(BigInt(rollupVersion))) return;
  throw new InvalidSettingsError([
    `${NAME_OF.version}: the registry ${address} has no rollup of version ${rollupVersion}: give 'canonical', or one of ` +
      `its versions (${versions.join(', ')})`,
  ]);
}

/** `undefined` where the contract reverts, or has no such function. */
async function unlessRefused<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof BaseError && error.walk(isRefusal) !== null) return undefined;
    throw error;
  }
}

function isRefusal(cause: unknown): boolean {
  if (cause instanceof ContractFunctionZeroDataError) return true;
  // viem also reports internal errors of an L1 node as reverts, with the node's words as the reason.
  return cause instanceof ContractFunctionRevertedError && /revert/i.test(cause.reason ?? 'reverted');
}
