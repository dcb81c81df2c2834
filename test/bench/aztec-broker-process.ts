import { EthAddress } from '@aztec/foundation/eth-address';

import { loadAztec520Modules } from '../fixtures/aztec-5.2.0/load-modules.ts';

/** What a broker of Aztec's consists of; its names are the same in both versions. */
interface AztecModules {
  readonly createAndStartProvingBroker: (config: object, telemetry: object) => Promise<object>;
  readonly defaultProverBrokerConfig: object;
  readonly ProvingJobBrokerSchema: object;
  readonly getTelemetryClient: () => object;
  readonly makeHandler: (broker: object, schema: object) => unknown;
  readonly createNamespacedSafeJsonRpcServer: (handlers: object, options: object) => object;
  readonly startHttpRpcServer: (server: object, options: object) => Promise<{ readonly port: number }>;
}

/**
 * `RPC_MAX_BODY_SIZE`, raised as an operator must: at Aztec's default of 1 MB the inputs of some circuits, which travel in
 * the request where no proof store is set, are refused.
 */
const MAX_BODY_SIZE = '100mb';
/** `DATA_STORE_MAP_SIZE_KB` by default, which the stand-ins of 5.2.0 do not know. */
const MAP_SIZE_KB = 128 * 2 ** 20;

/**
 * Aztec's broker as `aztec start --prover-broker` runs it: in a separate process, with its jobs in LMDB, over JSON-RPC.
 * Arguments: its version, its data directory, and how often it writes its batches to disk, in milliseconds.
 */
const [version, dataDirectory, batchIntervalMs] = process.argv.slice(2);
const aztec = (await (version === '5.2.0' ? load520() : load412())) as AztecModules;
const broker = await aztec.createAndStartProvingBroker(
  {
    dataStoreMapSizeKb: MAP_SIZE_KB,
    ...aztec.defaultProverBrokerConfig,
    dataDirectory: String(dataDirectory),
    proverBrokerBatchIntervalMs: Number(batchIntervalMs),
    // Only names the owner of the database: in 4.1.2, and in 5.2.0.
    l1Contracts: { rollupAddress: EthAddress.ZERO },
    rollupAddress: EthAddress.ZERO,
  },
  aztec.getTelemetryClient(),
);
const server = await aztec.startHttpRpcServer(
  aztec.createNamespacedSafeJsonRpcServer(
    { proverBroker: aztec.makeHandler(broker, aztec.ProvingJobBrokerSchema) },
    { maxBodySizeBytes: MAX_BODY_SIZE },
  ),
  { host: '127.0.0.1' },
);
process.on('disconnect', () => process.exit(0));
process.send?.(`http://127.0.0.1:${server.port}`);

async function load412(): Promise<object> {
  const [broker, telemetry, rpc] = await Promise.all([
    import('@aztec/prover-client/broker'),
    import('@aztec/telemetry-client'),
    import('@aztec/foundation/json-rpc/server'),
  ]);
  return { ...broker, ...telemetry, ...rpc };
}

/** Its database is that of 4.1.2, which npm has: see `stand-ins.ts`. */
async function load520(): Promise<object> {
  return loadAztec520Modules([
    'prover-client/dest/proving_broker/factory.js',
    'prover-client/dest/proving_broker/config.js',
    'prover-client/dest/proving_broker/rpc.js',
    'telemetry-client/dest/index.js',
    'foundation/dest/json-rpc/server/index.js',
  ]);
}
