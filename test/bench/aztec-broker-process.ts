import type { L1ContractAddresses } from '@aztec/ethereum/l1-contract-addresses';
import { EthAddress } from '@aztec/foundation/eth-address';
import { createNamespacedSafeJsonRpcServer, makeHandler, startHttpRpcServer } from '@aztec/foundation/json-rpc/server';
import {
  createAndStartProvingBroker,
  defaultProverBrokerConfig,
  ProvingJobBrokerSchema,
} from '@aztec/prover-client/broker';
import { getTelemetryClient } from '@aztec/telemetry-client';

/**
 * `RPC_MAX_BODY_SIZE`, raised as an operator must: at Aztec's default of 1 MB the inputs of some circuits, which travel in
 * the request where no proof store is set, are refused.
 */
const MAX_BODY_SIZE = '100mb';

/**
 * Aztec's broker as `aztec start --prover-broker` runs it: in a separate process, with its jobs in LMDB, over JSON-RPC.
 * Arguments: its data directory, and how often it writes its batches to disk, in milliseconds.
 */
const [dataDirectory, batchIntervalMs] = process.argv.slice(2);
const broker = await createAndStartProvingBroker(
  {
    ...defaultProverBrokerConfig,
    dataDirectory: String(dataDirectory),
    proverBrokerBatchIntervalMs: Number(batchIntervalMs),
    // Only names the owner of the database.
    l1Contracts: { rollupAddress: EthAddress.ZERO } as L1ContractAddresses,
  },
  getTelemetryClient(),
);
const server = await startHttpRpcServer(
  createNamespacedSafeJsonRpcServer(
    { proverBroker: makeHandler(broker, ProvingJobBrokerSchema) },
    { maxBodySizeBytes: MAX_BODY_SIZE },
  ),
  { host: '127.0.0.1' },
);
process.on('disconnect', () => process.exit(0));
process.send?.(`http://127.0.0.1:${server.port}`);
