import { z } from 'zod';

import { networkName } from '../aztec/network-name.ts';
import { optional, required, withDefault, type SettingGroup } from '../setting.ts';
import { address } from '../ethereum-kinds.ts';
import { secretUrl } from '../url-kinds.ts';
import { integer, kind, listOf, path, secretText, switchKind, text } from '../value-kinds.ts';

/** A rollup's version; Aztec reads the word as "the one that the registry names". */
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
      description: "The Aztec network; everything that is not given takes Aztec's published default for it",
    }),
    networkConfigLocation: optional(path, {
      flag: 'network-config-location',
      variable: 'NETWORK_CONFIG_LOCATION',
      description: 'File or URL of the list of networks, with their contracts, boot nodes and snapshots',
      defaultNote: "Aztec's own list, asked only for what is needed and not given",
    }),
    l1RpcUrls: required(listOf(secretUrl), {
      flag: 'l1-rpc-urls',
      variable: 'ETHEREUM_HOSTS',
      description: 'L1 execution nodes; the next one is asked when one fails',
    }),
    l1ChainId: required(integer(1), {
      flag: 'l1-chain-id',
      variable: 'L1_CHAIN_ID',
      description: "The L1's chain id; --network gives it",
    }),
    l1ConsensusHostUrls: optional(listOf(secretUrl), {
      flag: 'l1-consensus-host-urls',
      variable: 'L1_CONSENSUS_HOST_URLS',
      description: 'L1 consensus nodes, which have the blobs',
    }),
    l1ConsensusHostApiKeys: optional(listOf(secretText, { repeats: true }), {
      flag: 'l1-consensus-host-api-keys',
      variable: 'L1_CONSENSUS_HOST_API_KEYS',
      description: 'API keys of the consensus nodes, in their order',
    }),
    l1ConsensusHostApiKeyHeaders: optional(listOf(text, { repeats: true }), {
      flag: 'l1-consensus-host-api-key-headers',
      variable: 'L1_CONSENSUS_HOST_API_KEY_HEADERS',
      description: 'Headers that carry those keys; without one the key is put into the URL',
    }),
    l1DebugRpcUrls: optional(listOf(secretUrl), {
      flag: 'archiver.l1DebugRpcUrls',
      variable: 'ETHEREUM_DEBUG_HOSTS',
      description: 'L1 execution nodes that answer trace and debug calls',
    }),
    ethereumAllowNoDebugHosts: withDefault(switchKind, 'true', {
      flag: 'archiver.ethereumAllowNoDebugHosts',
      variable: 'ETHEREUM_ALLOW_NO_DEBUG_HOSTS',
      description: 'Start also when no L1 node answers trace calls',
    }),
    registryAddress: required(address, {
      flag: 'registry-address',
      variable: 'REGISTRY_CONTRACT_ADDRESS',
      description: "Aztec's registry contract on L1; --network looks it up",
    }),
    rollupVersion: withDefault(rollupVersion, 'canonical', {
      flag: 'rollup-version',
      variable: 'ROLLUP_VERSION',
      description: 'Which of the rollups in the registry to prove for',
    }),
    ethereumSlotSeconds: withDefault(integer(1), '12', {
      flag: 'archiver.ethereumSlotDuration',
      variable: 'ETHEREUM_SLOT_DURATION',
      description: 'Length of an L1 slot, in seconds',
    }),
    l1PollingIntervalMs: withDefault(integer(10), '1000', {
      flag: 'proverNode.viemPollingIntervalMS',
      variable: 'L1_READER_VIEM_POLLING_INTERVAL_MS',
      description: 'How often L1 is asked for news, in milliseconds',
    }),
  },
} as const satisfies SettingGroup;
