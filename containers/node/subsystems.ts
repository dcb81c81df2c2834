import { type Archiver, createArchiver } from '@aztec/archiver';
import { type AztecNodeConfig, getConfigEnvVars } from '@aztec/aztec-node';
import { BBCircuitVerifier, QueuedIVCVerifier, TestCircuitVerifier } from '@aztec/bb-prover';
import { createBlobClientWithFileStores } from '@aztec/blob-client/client';
import { EpochCache } from '@aztec/epoch-cache';
import { getPublicClient } from '@aztec/ethereum/client';
import { RegistryContract, RollupContract } from '@aztec/ethereum/contracts';
import { createLogger } from '@aztec/foundation/log';
import { DateProvider } from '@aztec/foundation/timer';
import { trySnapshotSync } from '@aztec/node-lib/actions';
import { createP2PClient } from '@aztec/p2p';
import { AztecAddress } from '@aztec/stdlib/aztec-address';
import type { ITxProvider, WorldStateSynchronizer } from '@aztec/stdlib/interfaces/server';
import { getPackageVersion } from '@aztec/stdlib/update-checker';
import { getConfigEnvVars as getTelemetryConfig, initTelemetryClient } from '@aztec/telemetry-client';
import { FullNodeCheckpointsBuilder, createProposalHandler } from '@aztec/validator-client';
import { createWorldStateSynchronizer } from '@aztec/world-state';
import { getGenesisValues } from '@aztec/world-state/testing';

import { errorText } from '../../shared/telemetry/error-text.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import { startAztecHashing } from '../processes/start-aztec-hashing.ts';
import { assertSameCircuits } from './assert-same-circuits.ts';

/** The parts of an Aztec node that proving needs, started and synced with L1. */
export interface Subsystems {
  readonly config: AztecNodeConfig;
  readonly archiver: Archiver;
  readonly worldState: WorldStateSynchronizer;
  readonly txProvider: ITxProvider;
  readonly rollup: RollupContract;
  readonly dateProvider: DateProvider;
  stop(): Promise<void>;
}

/**
 * Starts Aztec's archiver, world state and p2p client from Aztec's own environment variables and waits until they
 * have caught up with L1.
 *
 * No sequencer, no validator and no broker: what Aztec calls prover-only.
 * @param signal ends the start between two of its steps
 * @param ownSnapshots where an earlier node may have stored its databases, beside where the network does
 * @throws {CircuitsDifferError} when the rollup on L1 was made for other circuits than the installed ones.
 */
export async function startSubsystems(log: Logger, signal: AbortSignal, ownSnapshots?: string): Promise<Subsystems> {
  await startAztecHashing((error) => {
    log.warn({ reason: errorText(error) }, "starting another bb for Aztec's hashes");
  });
  const config: AztecNodeConfig = { ...getConfigEnvVars(), disableValidator: true, enableProverNode: true };
  // Sends the metrics of Aztec's packages where their variables say, or nowhere.
  const telemetry = await initTelemetryClient(getTelemetryConfig());
  const dateProvider = new DateProvider();
  const publicClient = getPublicClient(config);

  const addresses = await RegistryContract.collectAddresses(
    publicClient,
    config.l1Contracts.registryAddress,
    configuredRollupVersion(config),
  );
  config.l1Contracts = { ...config.l1Contracts, ...addresses };
  const rollup = new RollupContract(publicClient, config.l1Contracts.rollupAddress.toString());
  const [rollupVersion, l1GenesisTime, slotDuration, epochDuration, manaLimit] = await Promise.all([
    rollup.getVersion(),
    rollup.getL1GenesisTime(),
    rollup.getSlotDuration(),
    rollup.getEpochDuration(),
    rollup.getManaLimit(),
  ]);
  config.rollupVersion = Number(rollupVersion);
  // The archiver takes these from its configuration; a value other than the rollup's would move every epoch.
  config.aztecSlotDuration = slotDuration;
  config.aztecEpochDuration = epochDuration;

  const { genesisArchiveRoot, prefilledPublicData } = await getGenesisValues(await fundedAddresses(config));
  await assertSameCircuits(rollup, genesisArchiveRoot);

  const blobClient = await createBlobClientWithFileStores(config, createLogger('blob-client'));
  const snapshotsUrls = [...(ownSnapshots === undefined ? [] : [ownSnapshots]), ...(config.snapshotsUrls ?? [])];
  await trySnapshotSync({ ...config, snapshotsUrls }, createLogger('snapshot-sync'));
  const epochCache = await EpochCache.create(config.l1Contracts.rollupAddress, config, { dateProvider });
  signal.throwIfAborted();
  log.info({ rollup: rollup.address }, 'catching up with L1');
  const archiver = await createArchiver(config, { blobClient, epochCache, telemetry, dateProvider });
  signal.throwIfAborted();
  const worldState = await createWorldStateSynchronizer(config, archiver, prefilledPublicData, telemetry);
  const proofVerifier = new QueuedIVCVerifier(
    config,
    config.realProofs
      ? await BBCircuitVerifier.new(config)
      : new TestCircuitVerifier(config.proverTestVerificationDelayMs),
  );
  const p2p = await createP2PClient(
    config,
    archiver,
    proofVerifier,
    worldState,
    epochCache,
    getPackageVersion() ?? '',
    dateProvider,
    telemetry,
  );
  // The node follows proposals for the transactions they name: on a public network, most come from there.
  createProposalHandler(config, {
    checkpointsBuilder: new FullNodeCheckpointsBuilder(
      { ...config, l1GenesisTime, slotDuration, rollupManaLimit: Number(manaLimit) },
      worldState,
      archiver,
      dateProvider,
      telemetry,
    ),
    worldState,
    blockSource: archiver,
    l1ToL2MessageSource: archiver,
    p2pClient: p2p,
    epochCache,
    blobClient,
    dateProvider,
    telemetry,
  }).register(p2p, config.alwaysReexecuteBlockProposals ?? false);

  await worldState.start();
  await p2p.start();
  log.info({ checkpoint: Number(await archiver.getCheckpointNumber()) }, 'synced with L1');

  return {
    config,
    archiver,
    worldState,
    txProvider: p2p.getTxProvider(),
    rollup,
    dateProvider,
    async stop() {
      await p2p.stop();
      await worldState.stop();
      await archiver.stop();
      await proofVerifier.stop();
      blobClient.stop?.();
      await telemetry.stop();
    },
  };
}

/** Aztec's type says that it is always set; its environment variable may be absent. */
function configuredRollupVersion({ rollupVersion }: { rollupVersion?: number | undefined }): number | 'canonical' {
  return rollupVersion ?? 'canonical';
}

/** The accounts with fee juice at genesis: part of the first state, so the same for every node of a network. */
async function fundedAddresses(config: AztecNodeConfig): Promise<AztecAddress[]> {
  const testAccounts = config.testAccounts ? await testAccountAddresses() : [];
  const sponsoredFpc = config.sponsoredFPC ? [await sponsoredFpcAddress()] : [];
  const prefunded = config.prefundAddresses.map((address) => AztecAddress.fromString(address));
  return [...testAccounts, ...sponsoredFpc, ...prefunded];
}

/** Loaded only when needed: only development networks have these accounts. */
async function testAccountAddresses(): Promise<AztecAddress[]> {
  const { getInitialTestAccountsData } = await import('@aztec/accounts/testing');
  return (await getInitialTestAccountsData()).map(({ address }) => address);
}

/** Loaded only when needed: it imports most of Aztec's command line. */
async function sponsoredFpcAddress(): Promise<AztecAddress> {
  const { getSponsoredFPCAddress } = await import('@aztec/cli/utils');
  return await getSponsoredFPCAddress();
}
