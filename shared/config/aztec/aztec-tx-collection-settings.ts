import { optional, withDefault, type SettingGroup } from '../setting.ts';
import { secretUrl, secretUrlOf } from '../url-kinds.ts';
import { integer, listOf, oneOf, switchKind } from '../value-kinds.ts';

const fileStoreUrl = secretUrlOf('s3', 'gs', 'file', 'http', 'https');

/** How Aztec collects the transactions of an epoch; Coppice checks it and passes it on. */
export const AZTEC_TX_COLLECTION_SETTINGS = {
  title: 'Collecting the transactions of an epoch',
  settings: {
    txCollectionNodeRpcUrls: optional(listOf(secretUrl), {
      flag: 'p2p.txCollectionNodeRpcUrls',
      variable: 'TX_COLLECTION_NODE_RPC_URLS',
      variableAliases: ['PROVER_COORDINATION_NODE_URLS'],
      description: 'RPC URLs of Aztec nodes to request transactions from',
    }),
    txCollectionFileStoreUrls: optional(listOf(fileStoreUrl), {
      flag: 'p2p.txCollectionFileStoreUrls',
      variable: 'TX_COLLECTION_FILE_STORE_URLS',
      description: 'URLs of file stores with transactions',
    }),
    txCollectionNodeRpcMaxBatchSize: withDefault(integer(1), '50', {
      flag: 'p2p.txCollectionNodeRpcMaxBatchSize',
      variable: 'TX_COLLECTION_NODE_RPC_MAX_BATCH_SIZE',
      description: 'Maximum number of transactions in one request to a node',
    }),
    txCollectionFastMaxParallelRequestsPerNode: withDefault(integer(1), '4', {
      flag: 'p2p.txCollectionFastMaxParallelRequestsPerNode',
      variable: 'TX_COLLECTION_FAST_MAX_PARALLEL_REQUESTS_PER_NODE',
      description: 'Maximum number of parallel requests to one node',
    }),
    txCollectionFastNodeIntervalMs: withDefault(integer(1), '500', {
      flag: 'p2p.txCollectionFastNodeIntervalMs',
      variable: 'TX_COLLECTION_FAST_NODE_INTERVAL_MS',
      description: 'Time between two requests to a node, in milliseconds',
    }),
    txCollectionFastNodesTimeoutBeforeReqRespMs: withDefault(integer(0), '200', {
      flag: 'p2p.txCollectionFastNodesTimeoutBeforeReqRespMs',
      variable: 'TX_COLLECTION_FAST_NODES_TIMEOUT_BEFORE_REQ_RESP_MS',
      description: 'How long to request from nodes only, before peers, in milliseconds',
    }),
    txCollectionSlowNodesIntervalMs: withDefault(integer(1), '12000', {
      flag: 'p2p.txCollectionSlowNodesIntervalMs',
      variable: 'TX_COLLECTION_SLOW_NODES_INTERVAL_MS',
      description: 'How often to request from nodes when it is not urgent, in milliseconds',
    }),
    txCollectionSlowReqRespIntervalMs: withDefault(integer(1), '12000', {
      flag: 'p2p.txCollectionSlowReqRespIntervalMs',
      variable: 'TX_COLLECTION_SLOW_REQ_RESP_INTERVAL_MS',
      description: 'How often to request from peers when it is not urgent, in milliseconds',
    }),
    txCollectionSlowReqRespTimeoutMs: withDefault(integer(1), '20000', {
      flag: 'p2p.txCollectionSlowReqRespTimeoutMs',
      variable: 'TX_COLLECTION_SLOW_REQ_RESP_TIMEOUT_MS',
      description: 'Timeout of these requests to peers, in milliseconds',
    }),
    txCollectionReconcileIntervalMs: withDefault(integer(1), '60000', {
      flag: 'p2p.txCollectionReconcileIntervalMs',
      variable: 'TX_COLLECTION_RECONCILE_INTERVAL_MS',
      description: 'How often to compare missing transactions with the pool, in milliseconds',
    }),
    txCollectionDisableSlowDuringFastRequests: withDefault(switchKind, 'true', {
      flag: 'p2p.txCollectionDisableSlowDuringFastRequests',
      variable: 'TX_COLLECTION_DISABLE_SLOW_DURING_FAST_REQUESTS',
      description: 'Stop other requests during urgent ones',
    }),
    txCollectionMissingTxsCollectorType: withDefault(oneOf(['new', 'old']), 'new', {
      flag: 'p2p.txCollectionMissingTxsCollectorType',
      variable: 'TX_COLLECTION_MISSING_TXS_COLLECTOR_TYPE',
      description: "Which of Aztec's collectors to use",
    }),
    txCollectionFileStoreSlowDelayMs: withDefault(integer(0), '24000', {
      flag: 'p2p.txCollectionFileStoreSlowDelayMs',
      variable: 'TX_COLLECTION_FILE_STORE_SLOW_DELAY_MS',
      description: 'Delay before file stores are tried, in milliseconds',
    }),
    txCollectionFileStoreFastDelayMs: withDefault(integer(0), '2000', {
      flag: 'p2p.txCollectionFileStoreFastDelayMs',
      variable: 'TX_COLLECTION_FILE_STORE_FAST_DELAY_MS',
      description: 'The same delay for urgent requests, in milliseconds',
    }),
    batchTxRequesterSmartParallelWorkerCount: withDefault(integer(1), '10', {
      flag: 'p2p.batchTxRequesterSmartParallelWorkerCount',
      variable: 'P2P_BATCH_TX_REQUESTER_SMART_PARALLEL_WORKER_COUNT',
      description: 'Parallel requests to peers that have a transaction',
    }),
    batchTxRequesterDumbParallelWorkerCount: withDefault(integer(1), '10', {
      flag: 'p2p.batchTxRequesterDumbParallelWorkerCount',
      variable: 'P2P_BATCH_TX_REQUESTER_DUMB_PARALLEL_WORKER_COUNT',
      description: 'Parallel requests to other peers',
    }),
    batchTxRequesterTxBatchSize: withDefault(integer(1), '8', {
      flag: 'p2p.batchTxRequesterTxBatchSize',
      variable: 'P2P_BATCH_TX_REQUESTER_TX_BATCH_SIZE',
      description: 'Transactions in one request to a peer',
    }),
    batchTxRequesterBadPeerThreshold: withDefault(integer(0), '2', {
      flag: 'p2p.batchTxRequesterBadPeerThreshold',
      variable: 'P2P_BATCH_TX_REQUESTER_BAD_PEER_THRESHOLD',
      description: 'Failures before a peer counts as bad',
    }),
  },
} as const satisfies SettingGroup;
