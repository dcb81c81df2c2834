import type { Setting } from '../setting.ts';
import { switchKind, text } from '../value-kinds.ts';

/** A setting of Aztec's that is accepted but has no effect in Coppice. */
export interface SupersededSetting extends Pick<Setting, 'flag' | 'flagAliases' | 'variable' | 'kind'> {
  /** Ends the sentence "has no effect: …". */
  readonly reason: string;
}

const ENGINE_IS_BROKER = 'the engine holds the jobs (see --engine), also those of --prover-broker';
const OWN_TIMING = 'the submitter tries until the window closes';

const SWITCHES = new Set([
  'PROVER_BROKER_DEBUG_REPLAY_ENABLED',
  'PROVER_CANCEL_JOBS_ON_STOP',
  'PROVER_PUBLISHER_ALLOW_INVALID_STATES',
  'L1_TX_MONITOR_CANCEL_TX_ON_TIMEOUT',
]);

function superseded(flag: string, variable: string, reason: string): SupersededSetting {
  return { flag, variable, kind: SWITCHES.has(variable) ? switchKind : text, reason };
}

/** Settings that operators of Aztec's prover may have in their files: a warning in the log, not an error. */
export const SUPERSEDED_SETTINGS: readonly SupersededSetting[] = [
  superseded('proverBroker.proverBrokerPollIntervalMs', 'PROVER_BROKER_POLL_INTERVAL_MS', ENGINE_IS_BROKER),
  superseded(
    'proverBroker.proverBrokerJobMaxRetries',
    'PROVER_BROKER_JOB_MAX_RETRIES',
    'attempts are counted by cause, see --attempts-failure and the other --attempts flags',
  ),
  superseded('proverBroker.proverBrokerBatchSize', 'PROVER_BROKER_BATCH_SIZE', ENGINE_IS_BROKER),
  superseded('proverBroker.proverBrokerBatchIntervalMs', 'PROVER_BROKER_BATCH_INTERVAL_MS', ENGINE_IS_BROKER),
  superseded(
    'proverBroker.proverBrokerMaxEpochsToKeepResultsFor',
    'PROVER_BROKER_MAX_EPOCHS_TO_KEEP_RESULTS_FOR',
    'proofs are kept',
  ),
  superseded('proverBroker.proverBrokerStoreMapSizeKb', 'PROVER_BROKER_STORE_MAP_SIZE_KB', ENGINE_IS_BROKER),
  superseded('proverBroker.proverBrokerDebugReplayEnabled', 'PROVER_BROKER_DEBUG_REPLAY_ENABLED', ENGINE_IS_BROKER),
  superseded('proverNode.cancelJobsOnStop', 'PROVER_CANCEL_JOBS_ON_STOP', 'jobs always outlive the node'),
  superseded(
    'proverNode.failedProofStore',
    'PROVER_FAILED_PROOF_STORE',
    'the inputs of every job are kept in the proof store',
  ),
  superseded(
    'proverNode.proverNodeFailedEpochStore',
    'PROVER_NODE_FAILED_EPOCH_STORE',
    'the inputs of every job are kept in the proof store',
  ),
  superseded('proverNode.nodeUrl', 'AZTEC_NODE_URL', 'see --p2p.txCollectionNodeRpcUrls'),
  superseded(
    'proverNode.txGatheringIntervalMs',
    'PROVER_NODE_TX_GATHERING_INTERVAL_MS',
    'see --p2p.txCollectionFastNodeIntervalMs',
  ),
  superseded(
    'proverNode.txGatheringBatchSize',
    'PROVER_NODE_TX_GATHERING_BATCH_SIZE',
    'see --p2p.txCollectionNodeRpcMaxBatchSize',
  ),
  superseded(
    'proverNode.txGatheringMaxParallelRequestsPerNode',
    'PROVER_NODE_TX_GATHERING_MAX_PARALLEL_REQUESTS_PER_NODE',
    'see --p2p.txCollectionFastMaxParallelRequestsPerNode',
  ),
  superseded(
    'proverNode.proverPublisherAllowInvalidStates',
    'PROVER_PUBLISHER_ALLOW_INVALID_STATES',
    'one account submits, one root at a time',
  ),
  superseded(
    'proverNode.proverPublisherForwarderAddress',
    'PROVER_PUBLISHER_FORWARDER_ADDRESS',
    'roots go straight to the rollup contract',
  ),
  superseded('proverNode.maxBlobGwei', 'L1_BLOB_FEE_PER_GAS_MAX', 'roots carry no blobs'),
  superseded('proverNode.txTimeoutMs', 'L1_TX_MONITOR_TX_TIMEOUT_MS', OWN_TIMING),
  superseded('proverNode.cancelTxOnTimeout', 'L1_TX_MONITOR_CANCEL_TX_ON_TIMEOUT', OWN_TIMING),
  superseded('proverNode.txCancellationFinalTimeoutMs', 'L1_TX_MONITOR_TX_CANCELLATION_TIMEOUT_MS', OWN_TIMING),
  superseded('proverNode.txUnseenConsideredDroppedMs', 'L1_TX_MONITOR_TX_UNSEEN_CONSIDERED_DROPPED_MS', OWN_TIMING),
  superseded('admin-port', 'AZTEC_ADMIN_PORT', 'Coppice has no admin API'),
  superseded('api-prefix', 'API_PREFIX', 'the node only serves its status'),
];
