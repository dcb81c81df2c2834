import { optional, withDefault, type SettingGroup } from '../setting.ts';
import { integer, listOf, path, port, secretText, switchKind, text } from '../value-kinds.ts';

/** Settings of Aztec's p2p; Coppice checks them and passes them on. */
export const AZTEC_P2P_SETTINGS = {
  title: "Aztec's network of nodes (p2p)",
  settings: {
    p2pEnabled: withDefault(switchKind, 'false', {
      flag: 'p2p-enabled',
      flagAliases: ['p2p.p2pEnabled'],
      variable: 'P2P_ENABLED',
      description: 'Join the p2p network; --network turns it on',
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
      description: 'Port to announce to other nodes',
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
      description: 'Query a web service for the public IP address',
    }),
    bootstrapNodes: optional(listOf(text), {
      flag: 'p2p.bootstrapNodes',
      variable: 'BOOTSTRAP_NODES',
      description: 'Records (ENR) of the boot nodes',
    }),
    bootstrapNodeEnrVersionCheck: withDefault(switchKind, 'false', {
      flag: 'p2p.bootstrapNodeEnrVersionCheck',
      variable: 'P2P_BOOTSTRAP_NODE_ENR_VERSION_CHECK',
      description: 'Check the version in the records of boot nodes',
    }),
    bootstrapNodesAsFullPeers: withDefault(switchKind, 'false', {
      flag: 'p2p.bootstrapNodesAsFullPeers',
      variable: 'P2P_BOOTSTRAP_NODES_AS_FULL_PEERS',
      description: 'Treat boot nodes as ordinary peers',
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
      description: 'File with that key',
      defaultNote: 'in the data directory',
    }),
    maxPeerCount: withDefault(integer(0), '100', {
      flag: 'p2p.maxPeerCount',
      variable: 'P2P_MAX_PEERS',
      description: 'Maximum number of peers',
    }),
    trustedPeers: optional(listOf(text), {
      flag: 'p2p.trustedPeers',
      variable: 'P2P_TRUSTED_PEERS',
      description: 'Records (ENR) of peers to stay connected to',
    }),
    privatePeers: optional(listOf(text), {
      flag: 'p2p.privatePeers',
      variable: 'P2P_PRIVATE_PEERS',
      description: 'The same, without announcing them to others',
    }),
    preferredPeers: optional(listOf(text), {
      flag: 'p2p.preferredPeers',
      variable: 'P2P_PREFERRED_PEERS',
      description: 'Records (ENR) of peers to prefer',
    }),
    p2pDiscoveryDisabled: withDefault(switchKind, 'false', {
      flag: 'p2p.p2pDiscoveryDisabled',
      variable: 'P2P_DISCOVERY_DISABLED',
      description: 'Do not discover other peers',
    }),
    p2pDisableStatusHandshake: withDefault(switchKind, 'false', {
      flag: 'p2p.p2pDisableStatusHandshake',
      variable: 'P2P_DISABLE_STATUS_HANDSHAKE',
      description: 'Skip the status handshake with new peers',
    }),
    p2pAllowOnlyValidators: withDefault(switchKind, 'false', {
      flag: 'p2p.p2pAllowOnlyValidators',
      variable: 'P2P_ALLOW_ONLY_VALIDATORS',
      description: 'Accept connections from validators only',
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
      description: 'How often to check peers, in milliseconds',
    }),
    blockCheckIntervalMs: withDefault(integer(1), '100', {
      flag: 'p2p.blockCheckIntervalMS',
      variable: 'P2P_BLOCK_CHECK_INTERVAL_MS',
      description: 'How often to check for new blocks, in milliseconds',
    }),
    slotCheckIntervalMs: withDefault(integer(1), '1000', {
      flag: 'p2p.slotCheckIntervalMS',
      variable: 'P2P_SLOT_CHECK_INTERVAL_MS',
      description: 'How often to check for a new slot, in milliseconds',
    }),
    blockRequestBatchSize: withDefault(integer(1), '20', {
      flag: 'p2p.blockRequestBatchSize',
      variable: 'P2P_BLOCK_REQUEST_BATCH_SIZE',
      description: 'Blocks to request at a time',
    }),
    l2QueueSize: withDefault(integer(1), '1000', {
      flag: 'p2p.l2QueueSize',
      variable: 'P2P_L2_QUEUE_SIZE',
      description: 'Maximum number of queued blocks',
    }),
    overallRequestTimeoutMs: withDefault(integer(1), '10000', {
      flag: 'p2p.overallRequestTimeoutMs',
      variable: 'P2P_REQRESP_OVERALL_REQUEST_TIMEOUT_MS',
      description: 'Timeout of a request, in milliseconds',
    }),
    individualRequestTimeoutMs: withDefault(integer(1), '10000', {
      flag: 'p2p.individualRequestTimeoutMs',
      variable: 'P2P_REQRESP_INDIVIDUAL_REQUEST_TIMEOUT_MS',
      description: 'Timeout of a request to one peer, in milliseconds',
    }),
    dialTimeoutMs: withDefault(integer(1), '5000', {
      flag: 'p2p.dialTimeoutMs',
      variable: 'P2P_REQRESP_DIAL_TIMEOUT_MS',
      description: 'Timeout of connecting to a peer, in milliseconds',
    }),
    p2pStoreMapSizeKb: optional(integer(1), {
      flag: 'p2p.p2pStoreMapSizeKb',
      variable: 'P2P_STORE_MAP_SIZE_KB',
      description: 'Maximum size of the p2p database, in KiB',
    }),
    maxPendingTxCount: withDefault(integer(0), '1000', {
      flag: 'p2p.maxPendingTxCount',
      variable: 'P2P_MAX_PENDING_TX_COUNT',
      description: 'Maximum number of pending transactions in the pool',
    }),
    archivedTxLimit: withDefault(integer(0), '0', {
      flag: 'p2p.archivedTxLimit',
      variable: 'P2P_ARCHIVED_TX_LIMIT',
      description: 'Maximum number of old transactions to keep',
    }),
    txPoolDeleteTxsAfterReorg: withDefault(switchKind, 'false', {
      flag: 'p2p.txPoolDeleteTxsAfterReorg',
      variable: 'P2P_TX_POOL_DELETE_TXS_AFTER_REORG',
      description: 'Delete the transactions of reorged blocks',
    }),
    minTxPoolAgeMs: withDefault(integer(0), '2000', {
      flag: 'p2p.minTxPoolAgeMs',
      variable: 'P2P_MIN_TX_POOL_AGE_MS',
      description: 'Minimum age of a transaction before it can go into a block, in milliseconds',
    }),
    seenMessageCacheSize: withDefault(integer(1), '100000', {
      flag: 'p2p.seenMessageCacheSize',
      variable: 'P2P_SEEN_MSG_CACHE_SIZE',
      description: 'Number of seen messages to remember',
    }),
    isTransactionsDisabled: withDefault(switchKind, 'false', {
      flag: 'p2p.disableTransactions',
      variable: 'TRANSACTIONS_DISABLED',
      description: 'Accept no transactions',
    }),
    txPublicSetupAllowListExtend: optional(text, {
      flag: 'p2p.txPublicSetupAllowListExtend',
      variable: 'TX_PUBLIC_SETUP_ALLOWLIST',
      description: 'Additional entries for the list of allowed setup functions',
    }),
  },
} as const satisfies SettingGroup;
