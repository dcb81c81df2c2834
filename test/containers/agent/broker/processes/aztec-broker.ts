import type { L1ContractAddresses } from '@aztec/ethereum/l1-contract-addresses';
import { EthAddress } from '@aztec/foundation/eth-address';
import { createNamespacedSafeJsonRpcServer, makeHandler, startHttpRpcServer } from '@aztec/foundation/json-rpc/server';
import {
  createAndStartProvingBroker,
  defaultProverBrokerConfig,
  ProvingJobBrokerSchema,
} from '@aztec/prover-client/broker';
import { getTelemetryClient } from '@aztec/telemetry-client';

// Aztec's own broker as a process, to be killed. Arguments: its data directory, its port (0 for any).

const [dataDirectory = '', port = '0'] = process.argv.slice(2);
const broker = await createAndStartProvingBroker(
  {
    ...defaultProverBrokerConfig,
    dataDirectory,
    proverBrokerJobTimeoutMs: 3000,
    proverBrokerPollIntervalMs: 100,
    // Only names the owner of the database.
    l1Contracts: { rollupAddress: EthAddress.ZERO } as L1ContractAddresses,
  },
  getTelemetryClient(),
);
const server = await startHttpRpcServer(
  createNamespacedSafeJsonRpcServer({ proverBroker: makeHandler(broker, ProvingJobBrokerSchema) }),
  { host: '127.0.0.1', port },
);
process.on('disconnect', () => process.exit(0));
process.send?.(server.port);
