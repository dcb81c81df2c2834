import { BaseError, ContractFunctionRevertedError, ContractFunctionZeroDataError, type Hex, parseAbi } from 'viem';

import { L1_SETTINGS } from '../../../shared/config/groups/l1-settings.ts';
import { InvalidSettingsError } from '../../../shared/config/errors.ts';
import { nameOf } from '../../../shared/config/setting.ts';
import type { RpcFaults } from '../../../shared/drills/drill-watch.ts';
import { checkL1Chain, createL1Client, type L1Client, type L1ClientOptions } from '../../../shared/l1/l1-client.ts';
import { type L1Head, type L1Heads, readHeads } from '../../../shared/l1/l1-heads.ts';
import { valuesOf } from './l1-rollup.ts';

const REGISTRY = parseAbi([
  'function getCanonicalRollup() view returns (address)',
  'function getRollup(uint256 version) view returns (address)',
]);

const ROLLUP = parseAbi(['function getVersion() view returns (uint256)']);

/** Any chain: the client with it only reads `eth_chainId`. */
const UNKNOWN_CHAIN_ID = 1;

export interface RollupToFind {
  readonly rpcUrls: L1ClientOptions['rpcUrls'];
  /** @default the one that the nodes serve */
  readonly chainId: number | undefined;
  readonly registry: Hex;
  readonly version: number | 'canonical';
  /** Drills that make requests to L1 fail. @default none */
  readonly faults?: RpcFaults | undefined;
}

export interface FoundRollup {
  readonly chainId: number;
  readonly address: Hex;
  readonly client: L1Client;
}

/**
 * Finds the rollup by what every node that follows L1 says: under another's name the broker would not find its own jobs.
 * @throws {WrongL1ChainError} when the nodes serve different chains, or another than the given one
 * @throws {InvalidSettingsError} when the address is not a registry's, or it has no such version
 * @throws when none responds, or they disagree, which ends when they have caught up
 */
export async function findRollup({ registry, version, ...l1 }: RollupToFind): Promise<FoundRollup> {
  const { chainId, client, usable } = await openL1(l1);
  const addresses = await valuesOf(usable.map((head) => rollupAt(head, registry, version)));
  const [address, other] = new Set(addresses.map((found) => found.toLowerCase() as Hex));
  if (address === undefined) throw new Error('no L1 node responds');
  if (other !== undefined) throw new Error(`L1 nodes disagree about the rollup, ${address} or ${other}: check them`);
  return { chainId, address, client };
}

/**
 * The rollup at the address, if the registry lists it by any node that follows L1, canonical or not; `undefined` otherwise, as for
 * an address on another network. A registry never removes a rollup.
 * @throws {WrongL1ChainError} and when no node responds
 */
export async function findListedRollup(
  { registry, ...l1 }: Omit<RollupToFind, 'version'>,
  address: Hex,
): Promise<FoundRollup | undefined> {
  const { chainId, client, usable } = await openL1(l1);
  const listed = await valuesOf(usable.map((head) => isListed(head, registry, address)));
  return listed.some(Boolean) ? { chainId, address, client } : undefined;
}

async function isListed({ client, blockNumber }: L1Head, registry: Hex, rollup: Hex): Promise<boolean> {
  const at = { blockNumber: BigInt(blockNumber) } as const;
  try {
    const version = await client.readContract({ address: rollup, abi: ROLLUP, functionName: 'getVersion', ...at });
    const call = { address: registry, abi: REGISTRY, functionName: 'getRollup', args: [version], ...at } as const;
    return (await client.readContract(call)).toLowerCase() === rollup.toLowerCase();
  } catch (error) {
    if (error instanceof BaseError && error.walk(isRefusal) !== null) return false;
    throw error;
  }
}

/** Connects to the nodes, checks their chain, and finds those that follow L1. */
async function openL1({
  rpcUrls,
  faults,
  ...wanted
}: Omit<RollupToFind, 'registry' | 'version'>): Promise<
  Pick<FoundRollup, 'chainId' | 'client'> & Pick<L1Heads, 'usable'>
> {
  const chainId = wanted.chainId ?? (await chainIdOf(rpcUrls));
  const client = createL1Client({ rpcUrls, chainId, faults });
  await checkL1Chain(client);
  const { usable } = await readHeads(client, Date.now());
  return { chainId, client, usable };
}

async function chainIdOf(rpcUrls: L1ClientOptions['rpcUrls']): Promise<number> {
  const { nodes } = createL1Client({ rpcUrls, chainId: UNKNOWN_CHAIN_ID });
  const [chainId] = await valuesOf(nodes.map(({ client }) => client.getChainId()));
  if (chainId === undefined) throw new Error('no L1 node is configured');
  return chainId;
}

async function rollupAt(
  { client, blockNumber }: L1Head,
  registry: Hex,
  version: RollupToFind['version'],
): Promise<Hex> {
  const contract = { address: registry, abi: REGISTRY, blockNumber: BigInt(blockNumber) } as const;
  try {
    return version === 'canonical'
      ? await client.readContract({ ...contract, functionName: 'getCanonicalRollup' })
      : await client.readContract({ ...contract, functionName: 'getRollup', args: [BigInt(version)] });
  } catch (error) {
    if (!(error instanceof BaseError) || error.walk(isRefusal) === null) throw error;
    const { registryAddress, rollupVersion } = L1_SETTINGS.settings;
    throw new InvalidSettingsError([
      version === 'canonical'
        ? `${nameOf(registryAddress)}: ${registry} is not Aztec's registry on L1 chain ${client.chain.id}: give the address ` +
          'that your network publishes, or give --network instead'
        : `${nameOf(registryAddress)}, ${nameOf(rollupVersion)}: ${registry} names no rollup of version ${version} on L1 chain ` +
          `${client.chain.id}: correct the address or the version`,
    ]);
  }
}

function isRefusal(cause: unknown): boolean {
  if (cause instanceof ContractFunctionZeroDataError) return true;
  // viem also reports internal errors of an L1 node as reverts, with the node's words as the reason.
  return cause instanceof ContractFunctionRevertedError && /revert/i.test(cause.reason ?? 'reverted');
}
