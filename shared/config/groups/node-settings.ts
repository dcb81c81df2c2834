import { AZTEC_CHAIN_SETTINGS } from '../aztec/aztec-chain-settings.ts';
import { AZTEC_P2P_SETTINGS } from '../aztec/aztec-p2p-settings.ts';
import { AZTEC_TELEMETRY_SETTINGS, OTLP_SETTINGS } from '../aztec/aztec-telemetry-settings.ts';
import { AZTEC_TX_COLLECTION_SETTINGS } from '../aztec/aztec-tx-collection-settings.ts';
import { ENGINE_SETTINGS, findEngineConflicts } from './engine-settings.ts';
import { L1_SETTINGS } from './l1-settings.ts';
import {
  parseSettings,
  settingsOrThrow,
  type Environment,
  type IsGiven,
  type ParsedSettings,
  type SettingsOfGroups,
} from '../parse-settings.ts';
import { NODE_SNAPSHOT_GROUP } from './node-snapshot-settings.ts';
import { PROCESS_SETTINGS } from './process-settings.ts';
import { PROVER_SETTINGS } from './prover-settings.ts';
import { PUBLISHER_SETTINGS } from './publisher-settings.ts';
import { nameOf, optional, withDefault, type SettingGroup } from '../setting.ts';
import { integer, port } from '../value-kinds.ts';

/** How the node follows the chain and starts epochs. */
export const NODE_GROUP = {
  title: 'Prover node',
  settings: {
    pollingIntervalMs: withDefault(integer(10), '1000', {
      flag: 'proverNode.proverNodePollingIntervalMs',
      variable: 'PROVER_NODE_POLLING_INTERVAL_MS',
      description: 'How often to check for an epoch to prove, in milliseconds',
    }),
    maxPendingJobs: withDefault(integer(1), '10', {
      flag: 'proverNode.proverNodeMaxPendingJobs',
      variable: 'PROVER_NODE_MAX_PENDING_JOBS',
      description: 'Maximum number of epochs to prove at the same time',
    }),
    maxParallelBlocksPerEpoch: withDefault(integer(0), '0', {
      flag: 'proverNode.proverNodeMaxParallelBlocksPerEpoch',
      variable: 'PROVER_NODE_MAX_PARALLEL_BLOCKS_PER_EPOCH',
      description: "Maximum number of checkpoints to execute at the same time; 0: Aztec's choice",
    }),
    enqueueConcurrency: withDefault(integer(1), '50', {
      flag: 'proverNode.enqueueConcurrency',
      variable: 'PROVER_ENQUEUE_CONCURRENCY',
      description: 'Maximum number of jobs to store, record, enqueue and read at the same time; at most 40',
    }),
    epochProvingDelayMs: withDefault(integer(0), '0', {
      flag: 'proverNode.proverNodeEpochProvingDelayMs',
      variable: 'COPPICE_EPOCH_PROVING_DELAY_MS',
      description: 'Delay before proving of a new epoch starts, in milliseconds',
    }),
    epochAttempts: optional(integer(1, 1000), {
      flag: 'epoch-attempts',
      variable: 'COPPICE_EPOCH_ATTEMPTS',
      description: 'Accepted without effect: a failed epoch is retried until its window closes',
      defaultNote: 'no limit',
    }),
    epochRetrySeconds: withDefault(integer(0, 3600), '10', {
      flag: 'epoch-retry-seconds',
      variable: 'COPPICE_EPOCH_RETRY_SECONDS',
      description: 'Delay before the next attempt, in seconds; doubles with each failure, up to a minute',
    }),
    txGatheringTimeoutMs: withDefault(integer(1000), '120000', {
      flag: 'proverNode.txGatheringTimeoutMs',
      variable: 'PROVER_NODE_TX_GATHERING_TIMEOUT_MS',
      description: 'Timeout for collecting the transactions of an epoch, in milliseconds',
    }),
    port: withDefault(port, '8080', {
      flag: 'port',
      variable: 'AZTEC_PORT',
      description: "Port of the node's status, health and metrics; 0: none",
    }),
  },
} as const satisfies SettingGroup;

/** All settings that the prover node reads, directly or through Aztec's packages. */
export const NODE_GROUPS = [
  L1_SETTINGS,
  NODE_GROUP,
  NODE_SNAPSHOT_GROUP,
  PUBLISHER_SETTINGS,
  PROVER_SETTINGS,
  ENGINE_SETTINGS,
  AZTEC_CHAIN_SETTINGS,
  AZTEC_P2P_SETTINGS,
  AZTEC_TX_COLLECTION_SETTINGS,
  OTLP_SETTINGS,
  AZTEC_TELEMETRY_SETTINGS,
  PROCESS_SETTINGS,
] as const;

export type NodeSettings = SettingsOfGroups<typeof NODE_GROUPS>;

export function readNodeSettings(environment: Environment): ParsedSettings<NodeSettings> {
  return parseSettings(NODE_GROUPS, environment, (settings, isGiven) => [
    ...findConflicts(settings, isGiven),
    ...findEngineConflicts(settings, isGiven),
  ]);
}

/** @throws {InvalidSettingsError} listing everything that is wrong */
export function parseNodeSettings(environment: Environment): NodeSettings {
  return settingsOrThrow(readNodeSettings(environment));
}

function findConflicts({ isPublishingDisabled }: Partial<NodeSettings>, isGiven: IsGiven): readonly string[] {
  const { proverPublisherPrivateKeys, proverId, proverPublisherAddresses, web3SignerUrl, keyStoreDirectory } =
    PUBLISHER_SETTINGS.settings;
  const problems: string[] = [];
  const hasRemoteSigner = isGiven(web3SignerUrl) && isGiven(proverPublisherAddresses);
  const hasSigner = isGiven(proverPublisherPrivateKeys) || isGiven(keyStoreDirectory) || hasRemoteSigner;
  if (isGiven(web3SignerUrl) !== isGiven(proverPublisherAddresses)) {
    problems.push(`${nameOf(web3SignerUrl)} and ${nameOf(proverPublisherAddresses)} must be given together`);
  }
  if (!hasSigner && !(isPublishingDisabled === true && isGiven(proverId))) {
    problems.push(
      `no account to submit proofs with: give ${nameOf(proverPublisherPrivateKeys)} or ${nameOf(keyStoreDirectory)}`,
    );
  }
  if (hasRemoteSigner && !isGiven(proverPublisherPrivateKeys) && !isGiven(proverId)) {
    problems.push(`${nameOf(proverId)} is missing: accounts of a remote signer need it`);
  }
  return problems;
}
