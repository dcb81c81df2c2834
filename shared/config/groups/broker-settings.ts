import { z } from 'zod';

import { type Environment, type ParsedSettings, parseSettings, type SettingsOfGroups } from '../parse-settings.ts';
import { optional, withDefault, type SettingGroup } from '../setting.ts';
import { type Network, parseNetwork } from '../network.ts';
import { integer, kind, listOf, port, text } from '../value-kinds.ts';
import { OTLP_SETTINGS } from '../aztec/aztec-telemetry-settings.ts';
import { ENGINE_SETTINGS, findEngineConflicts } from './engine-settings.ts';
import { L1_SETTINGS } from './l1-settings.ts';
import { NODE_GROUP } from './node-settings.ts';
import { NODE_SNAPSHOT_GROUP } from './node-snapshot-settings.ts';
import { NODE_WATCH_GROUP } from './node-watch-settings.ts';
import { PROCESS_SETTINGS } from './process-settings.ts';
import { PUBLISHER_SETTINGS } from './publisher-settings.ts';

const UNITS: Readonly<Record<string, number>> = { b: 1, kb: 2 ** 10, mb: 2 ** 20, gb: 2 ** 30 };

/** As Aztec's servers take it. */
const bytes = kind(
  z
    .string()
    .regex(/^\d{1,9}(b|kb|mb|gb)?$/i)
    .transform((size) => parseInt(size, 10) * (UNITS[size.replace(/\d+/, '').toLowerCase() || 'b'] ?? 1))
    .refine((size) => size >= 1024 && size <= 2 ** 29),
  'a size from 1kb to 512mb, such as 64mb',
  '<size>',
);

/** An IPv4 or IPv6 network, or one address. */
const network = kind(
  z.string().transform((value, context): Network => {
    const parsed = parseNetwork(value);
    if (parsed !== undefined) return parsed;
    context.addIssue({ code: 'custom', params: { reason: 'is not a network such as 10.0.0.0/8' } });
    return z.NEVER;
  }),
  'a network such as 10.0.0.0/8, or an address',
  '<network>',
);

const aztecVersion = kind(
  z.string().regex(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/),
  'a version of Aztec, such as 6.0.0',
  '<version>',
);

/** Which version of Aztec official nodes and agents run. */
export const LINE_GROUP = {
  title: 'Version line',
  settings: {
    aztecVersion: optional(aztecVersion, {
      flag: 'aztec-version',
      variable: 'AZTEC_VERSION',
      description: 'Version of Aztec that official nodes and agents of this broker run; one version each',
      defaultNote: "that of Coppice's own prover",
    }),
  },
} as const satisfies SettingGroup;

/** How the broker serves official nodes and agents. */
export const BROKER_GROUP = {
  title: 'Prover broker',
  settings: {
    // Aztec's name for the port of whatever a process serves.
    port: NODE_GROUP.settings.port,
    brokerPort: optional(port, {
      flag: 'broker-port',
      variable: 'PROVER_BROKER_PORT',
      description: 'Port on which the broker serves nodes and agents',
      defaultNote: '--port',
    }),
    brokerBind: withDefault(text, '127.0.0.1', {
      flag: 'broker-bind',
      variable: 'COPPICE_BROKER_BIND',
      description: 'Address on which the broker listens; 0.0.0.0 for all. Clients send no credentials: fence the port',
    }),
    brokerAllow: optional(listOf(network), {
      flag: 'broker-allow',
      variable: 'COPPICE_BROKER_ALLOW',
      description: 'Networks whose nodes and agents may connect, beside this machine',
      defaultNote: 'all that reach the port',
    }),
    brokerJobTimeoutMs: optional(integer(3000, 43_200_000), {
      flag: 'proverBroker.proverBrokerJobTimeoutMs',
      variable: 'PROVER_BROKER_JOB_TIMEOUT_MS',
      description: 'How long an agent keeps a job without a report, in milliseconds; longer than agents poll',
      defaultNote: '--lease-seconds',
    }),
    brokerHoldSeconds: withDefault(integer(0, 20), '5', {
      flag: 'broker-hold-seconds',
      variable: 'COPPICE_BROKER_HOLD_SECONDS',
      description: 'How long the call of an idle agent, or of a node without news, is held, in seconds; 0: not at all',
    }),
    brokerMaxConnections: withDefault(integer(1, 65_535), '2048', {
      flag: 'broker-max-connections',
      variable: 'COPPICE_BROKER_MAX_CONNECTIONS',
      description: 'Most connections at a time; one address may have half of them',
    }),
    brokerMaxAnswerSize: withDefault(bytes, '64mb', {
      flag: 'broker-max-answer-size',
      variable: 'COPPICE_BROKER_MAX_ANSWER_SIZE',
      description:
        'Most inputs and proofs in responses that clients have not read yet; one address may have half of it',
    }),
    brokerClientTimeoutSeconds: withDefault(integer(1, 3600), '60', {
      flag: 'broker-client-timeout-seconds',
      variable: 'COPPICE_BROKER_CLIENT_TIMEOUT_SECONDS',
      description: 'Longest time that a client may take to send a request or to read a response, in seconds',
    }),
    rpcMaxBodySize: withDefault(bytes, '64mb', {
      flag: 'rpcMaxBodySize',
      variable: 'RPC_MAX_BODY_SIZE',
      description: 'Largest body of a request to the broker, unpacked',
    }),
    rpcMaxBatchSize: withDefault(integer(1, 10_000), '100', {
      flag: 'rpcMaxBatchSize',
      variable: 'RPC_MAX_BATCH_SIZE',
      description: 'Most calls in one request to the broker',
    }),
  },
} as const satisfies SettingGroup;

const { l1RpcUrls, l1ChainId, registryAddress, rollupVersion } = L1_SETTINGS.settings;

/** The node's own settings of L1, none of which the broker needs to serve jobs. */
const BROKER_L1_GROUP = {
  title: L1_SETTINGS.title,
  settings: {
    network: L1_SETTINGS.settings.network,
    l1RpcUrls: optional(l1RpcUrls.kind, l1RpcUrls),
    l1ChainId: optional(l1ChainId.kind, l1ChainId),
    registryAddress: optional(registryAddress.kind, registryAddress),
    rollupVersion,
    // Their balances are watched.
    proverPublisherAddresses: PUBLISHER_SETTINGS.settings.proverPublisherAddresses,
  },
} as const satisfies SettingGroup;

/** All settings that the broker reads. None is the key of an account. */
export const BROKER_GROUPS = [
  LINE_GROUP,
  BROKER_GROUP,
  NODE_WATCH_GROUP,
  NODE_SNAPSHOT_GROUP,
  BROKER_L1_GROUP,
  ENGINE_SETTINGS,
  OTLP_SETTINGS,
  PROCESS_SETTINGS,
] as const;

export type BrokerSettings = SettingsOfGroups<typeof BROKER_GROUPS>;

export function readBrokerSettings(environment: Environment): ParsedSettings<BrokerSettings> {
  return parseSettings(BROKER_GROUPS, environment, findEngineConflicts);
}
