import { type AztecNodeConfig, AztecNodeService, getConfigEnvVars } from '@aztec/aztec-node';
import { SecretValue } from '@aztec/foundation/config';
import { EthAddress } from '@aztec/foundation/eth-address';
import { createNamespacedSafeJsonRpcServer, startHttpRpcServer } from '@aztec/foundation/json-rpc/server';
import { createLogger } from '@aztec/foundation/log';
import { AztecNodeAdminApiSchema, AztecNodeApiSchema } from '@aztec/stdlib/interfaces/client';

import type { L1Deployment } from '../l1/deploy-l1.ts';
import { ACCOUNT_INDEX, anvilAccount, anvilPrivateKey } from '../../local-l1/devnet-accounts.ts';
import type { DevnetTiming } from '../l1/devnet-timing.ts';
import { L1Clock } from '../l1/l1-clock.ts';

export interface SequencerOptions {
  readonly l1RpcUrl: string;
  readonly l1ChainId: number;
  readonly deployment: L1Deployment;
  readonly timing: DevnetTiming;
  /** Where blobs are put for nodes that follow the rollup, since anvil has no beacon node: `file:///…`. */
  readonly blobStoreUrl: string;
  /** 0: any free one. */
  readonly nodePort: number;
}

export interface Sequencer {
  /** Aztec's node API, as JSON-RPC. */
  readonly nodeRpcUrl: string;
  /** Aztec's admin API of the same node: it controls what the sequencer builds. */
  readonly adminRpcUrl: string;
  stop(): Promise<void>;
}

/** How often the parts of the node poll each other; Aztec's defaults are for slots of a minute. */
const POLL_MS = 200;

/**
 * How long a checkpoint's L1 transaction may take to reach anvil, which mines it whenever it comes. Aztec reserves a
 * whole L1 slot by default; here that time is better spent on waiting for transactions.
 */
const L1_PUBLISHING_SECONDS = 2;

/**
 * Starts Aztec's own node with its sequencer, and serves its two APIs on the loopback interface. It proposes a checkpoint
 * only on request, over the admin API, or when there are transactions for one.
 */
export async function startSequencer(options: SequencerOptions): Promise<Sequencer> {
  const { deployment, timing, blobStoreUrl } = options;
  const key = anvilPrivateKey(ACCOUNT_INDEX.sequencer);
  const config: AztecNodeConfig = {
    ...getConfigEnvVars(),
    l1RpcUrls: [options.l1RpcUrl],
    l1ChainId: options.l1ChainId,
    l1Contracts: deployment.l1Contracts,
    rollupVersion: deployment.rollupVersion,
    ethereumSlotDuration: timing.ethereumSlotSeconds,
    aztecSlotDuration: timing.aztecSlotSeconds,
    aztecEpochDuration: timing.epochSlots,
    aztecProofSubmissionEpochs: timing.proofSubmissionEpochs,
    aztecTargetCommitteeSize: 0,
    slasherFlavor: 'none',
    realProofs: false,
    p2pEnabled: false,
    minTxsPerBlock: 1,
    buildCheckpointIfEmpty: false,
    l1PublishingTime: L1_PUBLISHING_SECONDS,
    // Otherwise a transaction counts at once but may be used only seconds later, and the block in between is empty.
    minTxPoolAgeMs: 0,
    sequencerPublisherPrivateKeys: [new SecretValue(key)],
    validatorPrivateKeys: new SecretValue([key]),
    coinbase: EthAddress.fromString(anvilAccount(ACCOUNT_INDEX.sequencer).address),
    blobFileStoreUploadUrl: blobStoreUrl,
    blobFileStoreUrls: [blobStoreUrl],
    archiverPollingIntervalMS: POLL_MS,
    viemPollingIntervalMS: POLL_MS,
    sequencerPollingIntervalMS: POLL_MS,
    worldStateBlockCheckIntervalMS: POLL_MS,
    blockCheckIntervalMS: POLL_MS,
  };
  const clock = await L1Clock.follow(options.l1RpcUrl, timing.ethereumSlotSeconds);
  const node = await AztecNodeService.createAndSync(
    config,
    { dateProvider: clock },
    { prefilledPublicData: deployment.prefilledPublicData },
  );
  const serve = async (namespaces: Parameters<typeof createNamespacedSafeJsonRpcServer>[0], port: number) =>
    startHttpRpcServer(
      createNamespacedSafeJsonRpcServer(namespaces, { log: createLogger('rpc'), http200OnError: false }),
      {
        host: '127.0.0.1',
        port,
      },
    );
  const nodeServer = await serve({ node: [node, AztecNodeApiSchema] }, options.nodePort);
  const adminServer = await serve({ nodeAdmin: [node, AztecNodeAdminApiSchema] }, 0);
  return {
    nodeRpcUrl: `http://127.0.0.1:${nodeServer.port}`,
    adminRpcUrl: `http://127.0.0.1:${adminServer.port}`,
    async stop(): Promise<void> {
      nodeServer.close();
      adminServer.close();
      await node.stop();
      clock.stop();
    },
  };
}
