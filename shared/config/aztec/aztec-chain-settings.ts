import { optional, withDefault, type SettingGroup } from '../setting.ts';
import { address } from '../ethereum-kinds.ts';
import { secretUrl, secretUrlOf } from '../url-kinds.ts';
import { integer, listOf, oneOf, path, switchKind, text } from '../value-kinds.ts';

const fileStoreUrl = secretUrlOf('s3', 'gs', 'file', 'http', 'https');
const uploadUrl = secretUrlOf('s3', 'gs', 'file');

/** What Aztec's archiver and world state read; Coppice checks it and hands it on. */
export const AZTEC_CHAIN_SETTINGS = {
  title: "Aztec's archiver, blobs and world state",
  settings: {
    archiverPollingIntervalMs: withDefault(integer(10), '500', {
      flag: 'archiver.archiverPollingIntervalMS',
      variable: 'ARCHIVER_POLLING_INTERVAL_MS',
      description: 'How often L1 is asked for new checkpoints, in milliseconds',
    }),
    archiverL1PollingIntervalMs: withDefault(integer(10), '1000', {
      flag: 'archiver.viemPollingIntervalMS',
      variable: 'ARCHIVER_VIEM_POLLING_INTERVAL_MS',
      description: "How often the archiver's L1 client polls, in milliseconds",
    }),
    archiverBatchSize: withDefault(integer(1), '100', {
      flag: 'archiver.archiverBatchSize',
      variable: 'ARCHIVER_BATCH_SIZE',
      description: 'Blocks that are fetched at a time',
    }),
    archiverMaxLogs: withDefault(integer(1), '1000', {
      flag: 'archiver.maxLogs',
      variable: 'ARCHIVER_MAX_LOGS',
      description: 'Logs in one answer',
    }),
    archiverStoreMapSizeKb: optional(integer(1), {
      flag: 'archiver.archiverStoreMapSizeKb',
      variable: 'ARCHIVER_STORE_MAP_SIZE_KB',
      description: "Largest size of the archiver's database, in KiB",
    }),
    maxAllowedEthClientDriftSeconds: withDefault(integer(0), '300', {
      flag: 'archiver.maxAllowedEthClientDriftSeconds',
      variable: 'MAX_ALLOWED_ETH_CLIENT_DRIFT_SECONDS',
      description: 'How far behind the clock an L1 node may be, in seconds',
    }),
    skipArchiverInitialSync: withDefault(switchKind, 'false', {
      flag: 'node.skipArchiverInitialSync',
      variable: 'SKIP_ARCHIVER_INITIAL_SYNC',
      description: 'Start the other parts before the archiver has caught up',
    }),
    dataStoreMapSizeKb: withDefault(integer(1), '134217728', {
      flag: 'data-store-map-size-kb',
      variable: 'DATA_STORE_MAP_SIZE_KB',
      description: 'Largest size of a database, in KiB, where it has no setting of its own',
    }),
    blobFileStoreUrls: optional(listOf(fileStoreUrl), {
      flag: 'node.blobFileStoreUrls',
      variable: 'BLOB_FILE_STORE_URLS',
      description: 'Stores that have blobs, tried in order',
    }),
    blobFileStoreUploadUrl: optional(uploadUrl, {
      flag: 'node.blobFileStoreUploadUrl',
      variable: 'BLOB_FILE_STORE_UPLOAD_URL',
      description: 'Store that blobs are written to',
    }),
    blobHealthcheckUploadIntervalMinutes: optional(integer(1), {
      flag: 'node.blobHealthcheckUploadIntervalMinutes',
      variable: 'BLOB_HEALTHCHECK_UPLOAD_INTERVAL_MINUTES',
      description: 'How often a file that shows health is written there, in minutes',
    }),
    blobArchiveApiUrl: optional(secretUrl, {
      flag: 'node.archiveApiUrl',
      variable: 'BLOB_ARCHIVE_API_URL',
      description: 'An archive of blobs',
    }),
    blobAllowEmptySources: withDefault(switchKind, 'false', {
      flag: 'node.blobAllowEmptySources',
      variable: 'BLOB_ALLOW_EMPTY_SOURCES',
      description: 'Start also without a source of blobs',
    }),
    blobSinkMapSizeKb: optional(integer(1), {
      flag: 'node.blobSinkMapSizeKb',
      variable: 'BLOB_SINK_MAP_SIZE_KB',
      description: "Largest size of the blobs' database, in KiB",
    }),
    worldStateBlockCheckIntervalMs: withDefault(integer(1), '100', {
      flag: 'worldState.worldStateBlockCheckIntervalMS',
      flagAliases: ['node.worldStateBlockCheckIntervalMS'],
      variable: 'WS_BLOCK_CHECK_INTERVAL_MS',
      description: 'How often the world state looks for new blocks, in milliseconds',
    }),
    worldStateBlockRequestBatchSize: optional(integer(1), {
      flag: 'worldState.worldStateBlockRequestBatchSize',
      variable: 'WS_BLOCK_REQUEST_BATCH_SIZE',
      description: 'Blocks that it takes at a time',
    }),
    worldStateCheckpointHistory: withDefault(integer(0), '64', {
      flag: 'worldState.worldStateCheckpointHistory',
      variable: 'WS_NUM_HISTORIC_CHECKPOINTS',
      variableAliases: ['WS_NUM_HISTORIC_BLOCKS'],
      description: 'Checkpoints whose state is kept; 0: all',
    }),
    worldStateDataDirectory: optional(path, {
      flag: 'worldState.worldStateDataDirectory',
      variable: 'WS_DATA_DIRECTORY',
      description: "Folder of the world state's database",
      defaultNote: 'in the data directory',
    }),
    worldStateDbMapSizeKb: optional(integer(1), {
      flag: 'worldState.worldStateDbMapSizeKb',
      variable: 'WS_DB_MAP_SIZE_KB',
      description: 'Its largest size, in KiB',
    }),
    archiveTreeMapSizeKb: optional(integer(1), {
      flag: 'worldState.archiveTreeMapSizeKb',
      variable: 'ARCHIVE_TREE_MAP_SIZE_KB',
      description: 'Largest size of the archive tree, in KiB',
    }),
    nullifierTreeMapSizeKb: optional(integer(1), {
      flag: 'worldState.nullifierTreeMapSizeKb',
      variable: 'NULLIFIER_TREE_MAP_SIZE_KB',
      description: 'Largest size of the nullifier tree, in KiB',
    }),
    noteHashTreeMapSizeKb: optional(integer(1), {
      flag: 'worldState.noteHashTreeMapSizeKb',
      variable: 'NOTE_HASH_TREE_MAP_SIZE_KB',
      description: 'Largest size of the tree of note hashes, in KiB',
    }),
    messageTreeMapSizeKb: optional(integer(1), {
      flag: 'worldState.messageTreeMapSizeKb',
      variable: 'MESSAGE_TREE_MAP_SIZE_KB',
      description: 'Largest size of the tree of messages, in KiB',
    }),
    publicDataTreeMapSizeKb: optional(integer(1), {
      flag: 'worldState.publicDataTreeMapSizeKb',
      variable: 'PUBLIC_DATA_TREE_MAP_SIZE_KB',
      description: 'Largest size of the tree of public data, in KiB',
    }),
    syncMode: withDefault(oneOf(['full', 'snapshot', 'force-snapshot']), 'snapshot', {
      flag: 'sync-mode',
      flagAliases: ['node.syncMode'],
      variable: 'SYNC_MODE',
      description: 'full: all from L1; snapshot: start from a snapshot when there is no data; force-snapshot: always',
    }),
    snapshotsUrls: optional(listOf(fileStoreUrl), {
      flag: 'snapshots-urls',
      flagAliases: ['snapshots-url', 'node.snapshotsUrl'],
      variable: 'SYNC_SNAPSHOTS_URLS',
      variableAliases: ['SYNC_SNAPSHOTS_URL'],
      description: 'Where snapshots are',
    }),
    testAccounts: withDefault(switchKind, 'false', {
      flag: 'node.testAccounts',
      variable: 'TEST_ACCOUNTS',
      description: "Whether the network's genesis funds Aztec's test accounts",
    }),
    sponsoredFpc: withDefault(switchKind, 'false', {
      flag: 'node.sponsoredFPC',
      variable: 'SPONSORED_FPC',
      description: "Whether the network's genesis funds the sponsor of fees",
    }),
    prefundAddresses: optional(listOf(text), {
      flag: 'node.prefundAddresses',
      variable: 'PREFUND_ADDRESSES',
      description: "Further Aztec addresses that the network's genesis funds",
    }),
    aztecSlotSeconds: withDefault(integer(1), '72', {
      flag: 'archiver.aztecSlotDuration',
      variable: 'AZTEC_SLOT_DURATION',
      description: "Length of a slot, in seconds; the rollup contract's own value decides",
    }),
    aztecEpochSlots: withDefault(integer(1), '32', {
      flag: 'archiver.aztecEpochDuration',
      variable: 'AZTEC_EPOCH_DURATION',
      description: "Slots in an epoch; the rollup contract's own value decides",
    }),
    aztecProofSubmissionEpochs: withDefault(integer(0), '1', {
      flag: 'archiver.aztecProofSubmissionEpochs',
      variable: 'AZTEC_PROOF_SUBMISSION_EPOCHS',
      description: "Epochs after its own in which a proof is taken; the rollup contract's own value decides",
    }),
    enableVersionCheck: withDefault(switchKind, 'true', {
      flag: 'node.enableVersionCheck',
      variable: 'ENABLE_VERSION_CHECK',
      description: 'Compare the version with the one the network wants',
    }),
    slashFactoryAddress: optional(address, {
      flag: 'slash-factory-address',
      variable: 'SLASH_FACTORY_CONTRACT_ADDRESS',
      description: "Aztec's slash factory contract on L1",
    }),
    feeAssetHandlerAddress: optional(address, {
      flag: 'fee-asset-handler-address',
      variable: 'FEE_ASSET_HANDLER_CONTRACT_ADDRESS',
      description: "Aztec's fee asset handler contract on L1",
    }),
  },
} as const satisfies SettingGroup;
