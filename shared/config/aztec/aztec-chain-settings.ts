import { optional, withDefault, type SettingGroup } from '../setting.ts';
import { address } from '../ethereum-kinds.ts';
import { secretUrl, secretUrlOf } from '../url-kinds.ts';
import { integer, listOf, oneOf, path, switchKind, text } from '../value-kinds.ts';

const fileStoreUrl = secretUrlOf('s3', 'gs', 'file', 'http', 'https');
const uploadUrl = secretUrlOf('s3', 'gs', 'file');

/** Settings of Aztec's archiver and world state; Coppice checks them and passes them on. */
export const AZTEC_CHAIN_SETTINGS = {
  title: "Aztec's archiver, blobs and world state",
  settings: {
    archiverPollingIntervalMs: withDefault(integer(10), '500', {
      flag: 'archiver.archiverPollingIntervalMS',
      variable: 'ARCHIVER_POLLING_INTERVAL_MS',
      description: 'How often to poll L1 for new checkpoints, in milliseconds',
    }),
    archiverL1PollingIntervalMs: withDefault(integer(10), '1000', {
      flag: 'archiver.viemPollingIntervalMS',
      variable: 'ARCHIVER_VIEM_POLLING_INTERVAL_MS',
      description: "How often the archiver's L1 client polls, in milliseconds",
    }),
    archiverBatchSize: withDefault(integer(1), '100', {
      flag: 'archiver.archiverBatchSize',
      variable: 'ARCHIVER_BATCH_SIZE',
      description: 'Blocks to fetch at a time',
    }),
    archiverMaxLogs: withDefault(integer(1), '1000', {
      flag: 'archiver.maxLogs',
      variable: 'ARCHIVER_MAX_LOGS',
      description: 'Maximum number of logs in a response',
    }),
    archiverStoreMapSizeKb: optional(integer(1), {
      flag: 'archiver.archiverStoreMapSizeKb',
      variable: 'ARCHIVER_STORE_MAP_SIZE_KB',
      description: "Maximum size of the archiver's database, in KiB",
    }),
    maxAllowedEthClientDriftSeconds: withDefault(integer(0), '300', {
      flag: 'archiver.maxAllowedEthClientDriftSeconds',
      variable: 'MAX_ALLOWED_ETH_CLIENT_DRIFT_SECONDS',
      description: 'How far behind the clock an L1 node may be, in seconds',
    }),
    skipArchiverInitialSync: withDefault(switchKind, 'false', {
      flag: 'node.skipArchiverInitialSync',
      variable: 'SKIP_ARCHIVER_INITIAL_SYNC',
      description: 'Start the other parts before the archiver has synced',
    }),
    dataStoreMapSizeKb: withDefault(integer(1), '134217728', {
      flag: 'data-store-map-size-kb',
      variable: 'DATA_STORE_MAP_SIZE_KB',
      description: 'Maximum size of any other database, in KiB',
    }),
    blobFileStoreUrls: optional(listOf(fileStoreUrl), {
      flag: 'node.blobFileStoreUrls',
      variable: 'BLOB_FILE_STORE_URLS',
      description: 'URLs of blob stores, tried in order',
    }),
    blobFileStoreUploadUrl: optional(uploadUrl, {
      flag: 'node.blobFileStoreUploadUrl',
      variable: 'BLOB_FILE_STORE_UPLOAD_URL',
      description: 'URL of the store to upload blobs to',
    }),
    blobHealthcheckUploadIntervalMinutes: optional(integer(1), {
      flag: 'node.blobHealthcheckUploadIntervalMinutes',
      variable: 'BLOB_HEALTHCHECK_UPLOAD_INTERVAL_MINUTES',
      description: 'How often to upload a health check file there, in minutes',
    }),
    blobArchiveApiUrl: optional(secretUrl, {
      flag: 'node.archiveApiUrl',
      variable: 'BLOB_ARCHIVE_API_URL',
      description: 'URL of a blob archive',
    }),
    blobAllowEmptySources: withDefault(switchKind, 'false', {
      flag: 'node.blobAllowEmptySources',
      variable: 'BLOB_ALLOW_EMPTY_SOURCES',
      description: 'Start even without a source of blobs',
    }),
    blobSinkMapSizeKb: optional(integer(1), {
      flag: 'node.blobSinkMapSizeKb',
      variable: 'BLOB_SINK_MAP_SIZE_KB',
      description: 'Maximum size of the blob database, in KiB',
    }),
    worldStateBlockCheckIntervalMs: withDefault(integer(1), '100', {
      flag: 'worldState.worldStateBlockCheckIntervalMS',
      flagAliases: ['node.worldStateBlockCheckIntervalMS'],
      variable: 'WS_BLOCK_CHECK_INTERVAL_MS',
      description: 'How often the world state checks for new blocks, in milliseconds',
    }),
    worldStateBlockRequestBatchSize: optional(integer(1), {
      flag: 'worldState.worldStateBlockRequestBatchSize',
      variable: 'WS_BLOCK_REQUEST_BATCH_SIZE',
      description: 'Blocks that the world state takes at a time',
    }),
    worldStateCheckpointHistory: withDefault(integer(0), '64', {
      flag: 'worldState.worldStateCheckpointHistory',
      variable: 'WS_NUM_HISTORIC_CHECKPOINTS',
      variableAliases: ['WS_NUM_HISTORIC_BLOCKS'],
      description: 'Checkpoints whose state to keep; 0: all',
    }),
    worldStateDataDirectory: optional(path, {
      flag: 'worldState.worldStateDataDirectory',
      variable: 'WS_DATA_DIRECTORY',
      description: "Folder for the world state's database",
      defaultNote: 'in the data directory',
    }),
    worldStateDbMapSizeKb: optional(integer(1), {
      flag: 'worldState.worldStateDbMapSizeKb',
      variable: 'WS_DB_MAP_SIZE_KB',
      description: "Maximum size of the world state's database, in KiB",
    }),
    archiveTreeMapSizeKb: optional(integer(1), {
      flag: 'worldState.archiveTreeMapSizeKb',
      variable: 'ARCHIVE_TREE_MAP_SIZE_KB',
      description: 'Maximum size of the archive tree, in KiB',
    }),
    nullifierTreeMapSizeKb: optional(integer(1), {
      flag: 'worldState.nullifierTreeMapSizeKb',
      variable: 'NULLIFIER_TREE_MAP_SIZE_KB',
      description: 'Maximum size of the nullifier tree, in KiB',
    }),
    noteHashTreeMapSizeKb: optional(integer(1), {
      flag: 'worldState.noteHashTreeMapSizeKb',
      variable: 'NOTE_HASH_TREE_MAP_SIZE_KB',
      description: 'Maximum size of the note hash tree, in KiB',
    }),
    messageTreeMapSizeKb: optional(integer(1), {
      flag: 'worldState.messageTreeMapSizeKb',
      variable: 'MESSAGE_TREE_MAP_SIZE_KB',
      description: 'Maximum size of the message tree, in KiB',
    }),
    publicDataTreeMapSizeKb: optional(integer(1), {
      flag: 'worldState.publicDataTreeMapSizeKb',
      variable: 'PUBLIC_DATA_TREE_MAP_SIZE_KB',
      description: 'Maximum size of the public data tree, in KiB',
    }),
    syncMode: withDefault(oneOf(['full', 'snapshot', 'force-snapshot']), 'snapshot', {
      flag: 'sync-mode',
      flagAliases: ['node.syncMode'],
      variable: 'SYNC_MODE',
      description:
        'full: sync from L1; snapshot: start from a snapshot if there is no data yet; force-snapshot: always start from one',
    }),
    snapshotsUrls: optional(listOf(fileStoreUrl), {
      flag: 'snapshots-urls',
      flagAliases: ['snapshots-url', 'node.snapshotsUrl'],
      variable: 'SYNC_SNAPSHOTS_URLS',
      variableAliases: ['SYNC_SNAPSHOTS_URL'],
      description: 'URLs of snapshots',
    }),
    testAccounts: withDefault(switchKind, 'false', {
      flag: 'node.testAccounts',
      variable: 'TEST_ACCOUNTS',
      description: "Whether the network's genesis funds Aztec's test accounts",
    }),
    sponsoredFpc: withDefault(switchKind, 'false', {
      flag: 'node.sponsoredFPC',
      variable: 'SPONSORED_FPC',
      description: "Whether the network's genesis funds the sponsored fee payment contract (FPC)",
    }),
    prefundAddresses: optional(listOf(text), {
      flag: 'node.prefundAddresses',
      variable: 'PREFUND_ADDRESSES',
      description: "Further Aztec addresses that the network's genesis funds",
    }),
    aztecSlotSeconds: withDefault(integer(1), '72', {
      flag: 'archiver.aztecSlotDuration',
      variable: 'AZTEC_SLOT_DURATION',
      description: 'Length of a slot, in seconds; overridden by the rollup contract',
    }),
    aztecEpochSlots: withDefault(integer(1), '32', {
      flag: 'archiver.aztecEpochDuration',
      variable: 'AZTEC_EPOCH_DURATION',
      description: 'Slots in an epoch; overridden by the rollup contract',
    }),
    aztecProofSubmissionEpochs: withDefault(integer(0), '1', {
      flag: 'archiver.aztecProofSubmissionEpochs',
      variable: 'AZTEC_PROOF_SUBMISSION_EPOCHS',
      description: 'Epochs after its own in which a proof is accepted; overridden by the rollup contract',
    }),
    enableVersionCheck: withDefault(switchKind, 'true', {
      flag: 'node.enableVersionCheck',
      variable: 'ENABLE_VERSION_CHECK',
      description: 'Compare the version with the one that the network requires',
    }),
    slashFactoryAddress: optional(address, {
      flag: 'slash-factory-address',
      variable: 'SLASH_FACTORY_CONTRACT_ADDRESS',
      description: "Address of Aztec's slash factory contract on L1",
    }),
    feeAssetHandlerAddress: optional(address, {
      flag: 'fee-asset-handler-address',
      variable: 'FEE_ASSET_HANDLER_CONTRACT_ADDRESS',
      description: "Address of Aztec's fee asset handler contract on L1",
    }),
  },
} as const satisfies SettingGroup;
