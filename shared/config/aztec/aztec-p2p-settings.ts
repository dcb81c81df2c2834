import { optional, withDefault, type SettingGroup } from '../setting.ts';
import { integer, listOf, path, port, secretText, switchKind, text } from '../value-kinds.ts';

/** What Aztec's p2p reads; Coppice checks it and hands it on. */
export const AZTEC_P2P_SETTINGS = {
  title: "Aztec's network of nodes (p2p)",
  settings: {
    p2pEnabled: withDefault(switchKind, 'false', {
      flag: 'p2p-enabled',
      flagAliases: ['p2p.p2pEnabled'],
      variable: 'P2P_ENABLED',
      description: 'Join the network of nodes; --network turns it on',
    }),
    p2pIp: optional(text, {
      flag: 'p2p.p2pIp',
      variable: 'P2P_IP',
      description: 'Public IPv4 address at which other nodes reach this one',
    }),
    p2pPort: withDefault(port, '40400', {
      flag: 'p2p.p2pPort',
      variable: 'P2P_PORT',
      description: 'Port for other nodes',
    }),
    p2pBroadcastPort: optional(port, {
      flag: 'p2p.p2pBroadcastPort',
      variable: 'P2P_BROADCAST_PORT',
      description: 'Port that other nodes are told',
      defaultNote: 'P2P_PORT',
    }),
    listenAddress: withDefault(text, '0.0.0.0', {
      flag: 'p2p.listenAddress',
      variable: 'P2P_LISTEN_ADDR',
      description: 'IPv4 address to listen on',
    }),
    queryForIp: withDefault(switchKind, 'false', {
      flag: 'p2p.queryForIp',
      variable: 'P2P_QUERY_FOR_IP',
      description: 'Ask a service for the public address',
    }),
    bootstrapNodes: optional(listOf(text), {
      flag: 'p2p.bootstrapNodes',
      variable: 'BOOTSTRAP_NODES',
      description: 'Records (ENR) of the nodes to meet first',
    }),
    bootstrapNodeEnrVersionCheck: withDefault(switchKind, 'false', {
      flag: 'p2p.bootstrapNodeEnrVersionCheck',
      variable: 'P2P_BOOTSTRAP_NODE_ENR_VERSION_CHECK',
      description: 'Check the version in those records',
    }),
    bootstrapNodesAsFullPeers: withDefault(switchKind, 'false', {
      flag: 'p2p.bootstrapNodesAsFullPeers',
      variable: 'P2P_BOOTSTRAP_NODES_AS_FULL_PEERS',
      description: 'Treat them as peers like others',
    }),
    peerIdPrivateKey: optional(secretText, {
      flag: 'p2p.peerIdPrivateKey',
      variable: 'PEER_ID_PRIVATE_KEY',
      description: "Key of this node's identity",
      defaultNote: 'a new one, kept in the data directory',
    }),
    peerIdPrivateKeyPath: optional(path, {
      flag: 'p2p.peerIdPrivateKeyPath',
      variable: 'PEER_ID_PRIVATE_KEY_PATH',
      description: 'File of that key',
      defaultNote: 'in the data directory',
    }),
    maxPeerCount: withDefault(integer(0), '100', {
      flag: 'p2p.maxPeerCount',
      variable: 'P2P_MAX_PEERS',
      description: 'Most peers to have',
    }),
    trustedPeers: optional(listOf(text), {
      flag: 'p2p.trustedPeers',
      variable: 'P2P_TRUSTED_PEERS',
      description: 'Records of peers to keep always',
    }),
    privatePeers: optional(listOf(text), {
      flag: 'p2p.privatePeers',
      variable: 'P2P_PRIVATE_PEERS',
      description: 'Records of peers to keep always and to tell nobody of',
    }),
    preferredPeers: optional(listOf(text), {
      flag: 'p2p.preferredPeers',
      variable: 'P2P_PREFERRED_PEERS',
      description: 'Records of peers to prefer',
    }),
    p2pDiscoveryDisabled: withDefault(switchKind, 'false', {
      flag: 'p2p.p2pDiscoveryDisabled',
      variable: 'P2P_DISCOVERY_DISABLED',
      description: 'Look for no other peers',
    }),
    p2pDisableStatusHandshake: withDefault(switchKind, 'false', {
      flag: 'p2p.p2pDisableStatusHandshake',
      variable: 'P2P_DISABLE_STATUS_HANDSHAKE',
      description: 'Exchange no status with a new peer',
    }),
    p2pAllowOnlyValidators: withDefault(switchKind, 'false', {
      flag: 'p2p.p2pAllowOnlyValidators',
      variable: 'P2P_ALLOW_ONLY_VALIDATORS',
      description: 'Let validators alone connect',
    }),
    p2pMaxFailedAuthAttemptsAllowed: withDefault(integer(0), '3', {
      flag: 'p2p.p2pMaxFailedAuthAttemptsAllowed',
      variable: 'P2P_MAX_AUTH_FAILED_ATTEMPTS_ALLOWED',
      description: 'Failed authentications until a peer is banned',
    }),
    p2pOptimisticNegotiation: withDefault(switchKind, 'false', {
      flag: 'p2p.p2pOptimisticNegotiation',
      variable: 'P2P_REQRESP_OPTIMISTIC_NEGOTIATION',
      description: 'Negotiate protocols optimistically',
    }),
    peerCheckIntervalMs: withDefault(integer(100), '30000', {
      flag: 'p2p.peerCheckIntervalMS',
      variable: 'P2P_PEER_CHECK_INTERVAL_MS',
      description: 'How often peers are looked after, in milliseconds',
    }),
    blockCheckIntervalMs: withDefault(integer(1), '100', {
      flag: 'p2p.blockCheckIntervalMS',
      variable: 'P2P_BLOCK_CHECK_INTERVAL_MS',
      description: 'How often new blocks are looked for, in milliseconds',
    }),
    slotCheckIntervalMs: withDefault(integer(1), '1000', {
      flag: 'p2p.slotCheckIntervalMS',
      variable: 'P2P_SLOT_CHECK_INTERVAL_MS',
      description: 'How often a new slot is looked for, in milliseconds',
    }),
    blockRequestBatchSize: withDefault(integer(1), '20', {
      flag: 'p2p.blockRequestBatchSize',
      variable: 'P2P_BLOCK_REQUEST_BATCH_SIZE',
      description: 'Blocks that are asked for at a time',
    }),
    l2QueueSize: withDefault(integer(1), '1000', {
      flag: 'p2p.l2QueueSize',
      variable: 'P2P_L2_QUEUE_SIZE',
      description: 'Blocks that may wait',
    }),
    overallRequestTimeoutMs: withDefault(integer(1), '10000', {
      flag: 'p2p.overallRequestTimeoutMs',
      variable: 'P2P_REQRESP_OVERALL_REQUEST_TIMEOUT_MS',
      description: 'Longest time of a request, in milliseconds',
    }),
    individualRequestTimeoutMs: withDefault(integer(1), '10000', {
      flag: 'p2p.individualRequestTimeoutMs',
      variable: 'P2P_REQRESP_INDIVIDUAL_REQUEST_TIMEOUT_MS',
      description: 'Longest time of a request to one peer, in milliseconds',
    }),
    dialTimeoutMs: withDefault(integer(1), '5000', {
      flag: 'p2p.dialTimeoutMs',
      variable: 'P2P_REQRESP_DIAL_TIMEOUT_MS',
      description: 'Longest time to connect, in milliseconds',
    }),
    p2pStoreMapSizeKb: optional(integer(1), {
      flag: 'p2p.p2pStoreMapSizeKb',
      variable: 'P2P_STORE_MAP_SIZE_KB',
      description: 'Largest size of its database, in KiB',
    }),
    maxPendingTxCount: withDefault(integer(0), '1000', {
      flag: 'p2p.maxPendingTxCount',
      variable: 'P2P_MAX_PENDING_TX_COUNT',
      description: 'Transactions that may wait in the pool',
    }),
    archivedTxLimit: withDefault(integer(0), '0', {
      flag: 'p2p.archivedTxLimit',
      variable: 'P2P_ARCHIVED_TX_LIMIT',
      description: 'Old transactions to keep',
    }),
    txPoolDeleteTxsAfterReorg: withDefault(switchKind, 'false', {
      flag: 'p2p.txPoolDeleteTxsAfterReorg',
      variable: 'P2P_TX_POOL_DELETE_TXS_AFTER_REORG',
      description: 'Drop the transactions of reorged blocks',
    }),
    minTxPoolAgeMs: withDefault(integer(0), '2000', {
      flag: 'p2p.minTxPoolAgeMs',
      variable: 'P2P_MIN_TX_POOL_AGE_MS',
      description: 'Age at which a transaction can be built into a block, in milliseconds',
    }),
    seenMessageCacheSize: withDefault(integer(1), '100000', {
      flag: 'p2p.seenMessageCacheSize',
      variable: 'P2P_SEEN_MSG_CACHE_SIZE',
      description: 'Messages to remember',
    }),
    isTransactionsDisabled: withDefault(switchKind, 'false', {
      flag: 'p2p.disableTransactions',
      variable: 'TRANSACTIONS_DISABLED',
      description: 'Take no transactions',
    }),
    txPublicSetupAllowListExtend: optional(text, {
      flag: 'p2p.txPublicSetupAllowListExtend',
      variable: 'TX_PUBLIC_SETUP_ALLOWLIST',
      description: 'Further entries of the list of allowed setup functions',
    }),
  },
} as const satisfies SettingGroup;
