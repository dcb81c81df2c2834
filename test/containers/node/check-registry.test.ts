import { RegistryAbi } from '@aztec/l1-artifacts/RegistryAbi';
import {
  type Abi,
  createPublicClient,
  custom,
  decodeFunctionData,
  encodeFunctionResult,
  type Hex,
  RpcRequestError,
} from 'viem';
import { mainnet } from 'viem/chains';
import { describe, expect, it } from 'vitest';

import { checkRegistry } from '../../../containers/node/check-registry.ts';
import { InvalidSettingsError } from '../../../shared/config/errors.ts';
import type { L1Client } from '../../../shared/l1/l1-client.ts';

const REGISTRY = '0x00000000000000000000000000000000000000a1';
const ROLLUP = '0x00000000000000000000000000000000000000b2';
const ZERO = '0x0000000000000000000000000000000000000000';
const VERSIONS = [3_000_000_001n, 3_000_000_002n];

/** An L1 with a registry of two rollups at `REGISTRY`, and nothing else. */
function l1({ code = '0x60', call = answer }: { code?: Hex; call?: (data: Hex) => Hex } = {}): Pick<
  L1Client,
  'chain' | 'getCode' | 'readContract'
> {
  const request = async ({
    method,
    params,
  }: {
    method: string;
    params: [string | { data: Hex }];
  }): Promise<unknown> => {
    const [to] = params;
    if (method === 'eth_getCode') return to === REGISTRY ? code : '0x';
    return call((to as { data: Hex }).data);
  };
  return createPublicClient({ chain: mainnet, transport: custom({ request }, { retryCount: 0 }) });
}

function answer(data: Hex): Hex {
  const abi: Abi = RegistryAbi;
  const { functionName, args = [] } = decodeFunctionData({ abi, data });
  const results: Readonly<Record<string, unknown>> = {
    getCanonicalRollup: ROLLUP,
    numberOfVersions: BigInt(VERSIONS.length),
    getVersion: VERSIONS[Number(args[0] ?? 0)],
  };
  return encodeFunctionResult({ abi, functionName, result: results[functionName] });
}

describe('the registry and the rollup version', () => {
  it.each(['canonical', 3_000_000_002, 1] as const)('are accepted where they lead to a rollup: %s', async (version) => {
    await expect(checkRegistry(l1(), { registryAddress: REGISTRY, rollupVersion: version })).resolves.toBeUndefined();
  });

  const contractOfAnotherKind = (): Hex => '0x';
  it.each([
    ['the zero address', l1(), ZERO],
    ['an account', l1({ code: '0x' }), REGISTRY],
    ['another contract', l1({ call: contractOfAnotherKind }), REGISTRY],
  ] as const)('are refused, with the name of the setting, when the registry is %s', async (_kind, client, address) => {
    const refused = checkRegistry(client, { registryAddress: address, rollupVersion: 'canonical' });
    await expect(refused).rejects.toBeInstanceOf(InvalidSettingsError);
    await expect(refused).rejects.toThrow(
      `--registry-address (REGISTRY_CONTRACT_ADDRESS): ${address} is not Aztec's registry on L1 chain 1: give the address`,
    );
  });

  it('are refused when the registry has no such version, and its versions are listed', async () => {
    const refused = checkRegistry(l1(), { registryAddress: REGISTRY, rollupVersion: 42 });
    await expect(refused).rejects.toBeInstanceOf(InvalidSettingsError);
    await expect(refused).rejects.toThrow(
      "--rollup-version (ROLLUP_VERSION): the registry 0x00000000000000000000000000000000000000a1 has no rollup of version 42: give 'canonical', or one of its versions (3000000001, 3000000002)",
    );
  });

  it('are not blamed when L1 fails', async () => {
    const call = (): Hex => {
      throw new RpcRequestError({ body: {}, url: '', error: { code: -32_603, message: 'overloaded' } });
    };
    const failed = checkRegistry(l1({ call }), { registryAddress: REGISTRY, rollupVersion: 'canonical' });
    await expect(failed).rejects.not.toBeInstanceOf(InvalidSettingsError);
  });
});
