import { z } from 'zod';

import { networkName } from '../aztec/network-name.ts';
import { optional, required, withDefault, type SettingGroup } from '../setting.ts';
import { address } from '../ethereum-kinds.ts';
import { secretUrl } from '../url-kinds.ts';
import { integer, kind, listOf, path, secretText, switchKind, text } from '../value-kinds.ts';

/** A rollup's version; `canonical` is the one that the registry names. */
const rollupVersion = kind(
  z.union([
    z.literal('canonical'),
    z
      .string()
      .regex(/^[1-9]\d{0,15}$/)
      .transform(Number),
  ]),
  "'canonical' or a whole number of at least 1",
  '<version>',
);

/** Which Aztec network, and how to reach the L1 it lives on. */
export const L1_SETTINGS = {
  title: 'Network and L1',
  settings: {
    network: optional(networkName, {
      flag: 'network',
      variable: 'NETWORK',
      description: 'Aztec network, whose published defaults apply to all settings not given',
    }),
    networkConfigLocation: optional(path, {
      flag: 'network-config-location',
      variable: 'NETWORK_CONFIG_LOCATION',
      description: 'File or URL of a list of networks with their contracts, boot nodes and snapshots',
      defaultNote: "Aztec's own list, read only if a value is missing",
    }),
    l1RpcUrls: required(listOf(secretUrl), {
      flag: 'l1-rpc-urls',
      variable: 'ETHEREUM_HOSTS',
      description: 'RPC URLs of L1 execution nodes, in order of preference',
    }),
    l1ChainId: required(integer(1), {
      flag: 'l1-chain-id',
      variable: 'L1_CHAIN_ID',
      description: 'Chain id of L1; set by --network',
    }),
    l1ConsensusHostUrls: optional(listOf(secretUrl), {
      flag: 'l1-consensus-host-urls',
      variable: 'L1_CONSENSUS_HOST_URLS',
      description: 'URLs of L1 consensus (beacon) nodes, used to fetch blobs',
    }),
    l1ConsensusHostApiKeys: optional(listOf(secretText, { repeats: true }), {
      flag: 'l1-consensus-host-api-keys',
      variable: 'L1_CONSENSUS_HOST_API_KEYS',
      description: 'API keys of the consensus nodes, in the same order',
    }),
    l1ConsensusHostApiKeyHeaders: optional(listOf(text, { repeats: true }), {
      flag: 'l1-consensus-host-api-key-headers',
      variable: 'L1_CONSENSUS_HOST_API_KEY_HEADERS',
      description: 'Headers for those keys; without a header the key goes into the URL',
    }),
    l1DebugRpcUrls: optional(listOf(secretUrl), {
      flag: 'archiver.l1DebugRpcUrls',
      variable: 'ETHEREUM_DEBUG_HOSTS',
      description: 'RPC URLs of L1 execution nodes that serve trace and debug calls',
    }),
    ethereumAllowNoDebugHosts: withDefault(switchKind, 'true', {
      flag: 'archiver.ethereumAllowNoDebugHosts',
      variable: 'ETHEREUM_ALLOW_NO_DEBUG_HOSTS',
      description: 'Start even if no L1 node serves trace calls',
    }),
    registryAddress: required(address, {
      flag: 'registry-address',
      variable: 'REGISTRY_CONTRACT_ADDRESS',
      description: "Address of Aztec's registry contract on L1; set by --network",
    }),
    rollupVersion: withDefault(rollupVersion, 'canonical', {
      flag: 'rollup-version',
      variable: 'ROLLUP_VERSION',
      description: 'Version of the rollup in the registry to prove for',
    }),
    ethereumSlotSeconds: withDefault(integer(1), '12', {
      flag: 'archiver.ethereumSlotDuration',
      variable: 'ETHEREUM_SLOT_DURATION',
      description: 'Length of an L1 slot, in seconds',
    }),
    l1PollingIntervalMs: withDefault(integer(10), '1000', {
      flag: 'proverNode.viemPollingIntervalMS',
      variable: 'L1_READER_VIEM_POLLING_INTERVAL_MS',
      description: 'How often to poll L1, in milliseconds',
    }),
  },
} as const satisfies SettingGroup;
