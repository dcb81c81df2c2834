import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { hostname } from 'node:os';

import { getConfigEnvVars } from '@aztec/aztec-node';
import { createLogger } from '@aztec/foundation/log';
import { uploadSnapshot } from '@aztec/node-lib/actions';

import { acceptUrlCredentials } from '../../shared/config/fetch-with-credentials.ts';
import { strandedSecondsOf } from '../../shared/engine/engine-options.ts';
import { NODE_GROUP, type NodeSettings } from '../../shared/config/groups/node-settings.ts';
import { nameOf } from '../../shared/config/setting.ts';
import type { RpcFaults } from '../../shared/drills/drill-watch.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { findEpochOfRollup } from '../../shared/ledger/find-epoch-of-rollup.ts';
import { createL1Client, type L1Client } from '../../shared/l1/l1-client.ts';
import { followL1Clock, toleranceMs } from '../../shared/l1/follow-l1-clock.ts';
import { L1Clock } from '../../shared/l1/l1-clock.ts';
import { RootSubmitter } from '../../shared/l1/submission/root-submitter.ts';
import { toSubmissionPolicy } from '../../shared/l1/submission/submission-policy.ts';
import { closeEpoch } from '../../shared/job-queue/close-epochs.ts';
import { runSweeper } from '../../shared/job-queue/sweep-ledger.ts';
import { NodeSnapshots } from '../../shared/ledger/node-snapshots.ts';
import { reportRivalProof } from '../../shared/ledger/rival-proof.ts';
import { AztecFileStores } from '../../shared/proof-store/aztec-file-stores.ts';
import { requestTurns } from '../../shared/proof-requests/proof-requests.ts';
import { makeEpochId, makeRollupId } from '../../shared/proving-job/epoch-id.ts';
import { installedNetworkVersion } from '../../shared/proving-job/network-version.ts';
import { untilAborted } from '../../shared/retry/until-aborted.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { Metrics } from '../../shared/telemetry/metrics.ts';
import { refuseDevelopmentCrs } from '../../shared/l1/development-chains.ts';
import { useDevelopmentKeys } from '../aztec-keys/use-development-keys.ts';
import { attemptEpoch } from './attempt-epoch.ts';
import { ArchivedChain } from './chain.ts';
import { CopyingSubsystems } from './copying-subsystems.ts';
import { EpochWatcher } from './epoch-watcher.ts';
import { lockDataDirectory } from './lock-data-directory.ts';
import { DiskMeasurement } from '../../shared/engine/measure-disks.ts';
import { runLagMeasurement } from './measure-lag.ts';
import { CATCHING_UP, type NodeHealth, RunningNodeHealth } from './node-health.ts';
import type { NodeVitals } from './node-status.ts';
import { notifyScaler } from './notify-scaler.ts';
import { loadPublisher, type Publisher } from './publisher.ts';
import { reportGrowingEpoch } from './report-growing-epoch.ts';
import { runTogether } from '../../shared/retry/run-together.ts';
import { HealthPages, type Scrape } from '../health/health-pages.ts';
import { serveHealth } from '../health/health-server.ts';
import { startSubsystems, type Subsystems } from './subsystems.ts';
import { FundsWatch } from './watch-funds.ts';
import { runPoolMeasurement } from '../../shared/agent-fleet/measure-pools.ts';
import { runL1Watch } from '../../shared/l1-watch/run-l1-watch.ts';
import { runAgentWarning } from '../../shared/agent-fleet/warn-without-agents.ts';

export interface NodeDeps {
  readonly engine: Engine;
  readonly metrics: Metrics;
  /** What `/metrics` serves. @default not served */
  readonly scrape?: Scrape | undefined;
  readonly log: Logger;
  /** Ends the node: running attempts are wound up, their jobs go on in the fleet. */
  readonly signal: AbortSignal;
  readonly nowMs?: () => number;
  /** Drills that make requests to L1 fail. @default none */
  readonly rpcFaults?: RpcFaults | undefined;
}

const DEVELOPMENT_KEYS_NOTE =
  "INSECURE: the keys of these circuits are under the development CRS, in place of Aztec's; anybody can forge their proofs";

/**
 * Follows the chain, has every epoch proven by the fleet, and brings the roots to L1, until `signal` aborts.
 * @throws {InvalidSettingsError} when the key store is wrong
 * @throws {DataDirectoryInUseError} @throws {StatusPortInUseError}
 * @throws {DevelopmentCrsOnPublicChainError} for development keys on a chain that is not a development chain
 * @throws {DevelopmentKeysMissingError}
 */
export async function runNode(settings: NodeSettings, { signal, ...deps }: NodeDeps): Promise<void> {
  acceptUrlCredentials();
  const { log } = deps;
  if (settings.developmentKeys !== undefined) {
    refuseDevelopmentCrs('development', settings.l1ChainId);
    const circuits = await useDevelopmentKeys(settings.developmentKeys);
    log.warn({ circuits, folder: settings.developmentKeys }, DEVELOPMENT_KEYS_NOTE);
  }
  const publisher = await loadPublisher(getConfigEnvVars());
  const lock = lockDataDirectory(settings.dataDirectory);
  let health: NodeHealth = CATCHING_UP;
  let server: Server | undefined;
  try {
    if (settings.port !== 0) {
      const pages = new HealthPages({
        scrape: deps.scrape,
        live: () => health.live(),
        ready: async () => health.ready(),
      });
      const setting = NODE_GROUP.settings.port;
      server = await serveHealth({ port: settings.port, whose: 'node', setting, pages, status: () => health.status() });
    }
    if (signal.aborted) return;
    // Aztec's packages cannot be stopped while they catch up, and what they keep on disk survives a kill.
    const subsystems = await untilAborted(startSubsystems(log, signal, settings.nodeSnapshots), signal).catch(
      (error: unknown) => {
        if (signal.aborted) return undefined;
        throw error;
      },
    );
    if (subsystems === undefined) return;
    try {
      await runWithSubsystems(settings, {
        ...deps,
        signal,
        subsystems,
        publisher,
        setHealth: (running) => (health = running),
      });
    } finally {
      await subsystems.stop();
    }
  } finally {
    server?.close();
    server?.closeAllConnections();
    lock.close();
  }
}

interface RunningDeps extends NodeDeps {
  readonly subsystems: Subsystems;
  readonly publisher: Publisher;
  /** Replaces what the health server reports. */
  readonly setHealth: (health: NodeHealth) => void;
}

async function runWithSubsystems(
  settings: NodeSettings,
  { metrics, log, signal, nowMs = Date.now, subsystems, publisher, setHealth, ...given }: RunningDeps,
): Promise<void> {
  const networkVersion = installedNetworkVersion();
  if (settings.epochAttempts !== undefined)
    log.warn(
      `${nameOf(NODE_GROUP.settings.epochAttempts)} has no effect: a failed epoch is retried until its window closes`,
    );
  const { scaler, disks, growingEpochs: growing } = given.engine;
  const engine =
    scaler === undefined ? given.engine : { ...given.engine, epochs: notifyScaler(given.engine.epochs, scaler) };
  const proverId = publisher.proverId.toString();
  const rollup = makeRollupId(subsystems.config.l1ChainId, subsystems.rollup.address);
  log.info({ proverId, publisher: publisher.account?.address, networkVersion, rollup }, 'the prover node is up');

  const { account, unusedAddresses } = publisher;
  if (unusedAddresses.length > 0) {
    log.warn(
      { publisher: account?.address, unusedAddresses },
      'only the first publisher account submits proofs: keep the ether there',
    );
  }

  const { rpcFaults: faults } = given;
  const l1 = createL1Client({ rpcUrls: settings.l1RpcUrls, chainId: settings.l1ChainId, faults });
  const clock = new L1Clock({ nowMs, steadyMs: () => performance.now() });
  const windowNowMs = (): number => clock.windowNowMs();
  const l1SlotMs = settings.ethereumSlotSeconds * 1000;
  const chain = new ArchivedChain(subsystems.archiver);
  const turns = requestTurns(settings.enqueueConcurrency);
  const officialStores = new AztecFileStores();
  const watcher = new EpochWatcher({
    chain,
    epochs: engine.epochs,
    find: async (epoch) =>
      findEpochOfRollup(engine.epochs, makeEpochId(rollup, epoch), await chain.deadlineAtMs(epoch)),
    attempt: (epoch, shutdown) =>
      attemptEpoch(
        epoch,
        {
          engine,
          subsystems,
          chain,
          rollup,
          proverId: publisher.proverId,
          networkVersion,
          reconcileMs: settings.reconcileSeconds * 1000,
          txGatheringTimeoutMs: settings.txGatheringTimeoutMs,
          enqueueConcurrency: settings.enqueueConcurrency,
          requestTurns: turns,
          parallelCheckpoints: settings.maxParallelBlocksPerEpoch || undefined,
          officialStores,
          nowMs,
          windowNowMs,
          log,
        },
        shutdown,
      ),
    close: (record, reason) => closeEpoch(record, reason, { ...engine, log }),
    reportRival: (record) => reportRivalProof(record, 'it is proven further', { ...engine, log }),
    pollMs: settings.pollingIntervalMs,
    startDelayMs: settings.epochProvingDelayMs,
    retryDelayMs: settings.epochRetrySeconds * 1000,
    maxEpochsAtOnce: settings.maxPendingJobs,
    nowMs,
    windowNowMs,
    log,
  });
  const readVitals = async (): Promise<NodeVitals> => {
    const { lastLookAtMs, running: provingEpochs } = watcher.health;
    return { lastLookAtMs, provingEpochs, l1ReadUntilMs: await chain.readUntilMs(), networkVersion, proverId };
  };
  const funds =
    settings.isPublishingDisabled || account === undefined
      ? undefined
      : new FundsWatch({ l1, address: account.address, log });
  setHealth(
    new RunningNodeHealth({
      readVitals,
      lastLookAtMs: () => watcher.health.lastLookAtMs,
      disagreement: () => clock.disagreement(toleranceMs(l1SlotMs)),
      agents: scaler === undefined ? engine.agents : undefined,
      funds,
      nowMs,
    }),
  );
  const sweep = {
    jobs: engine.jobs,
    queue: engine.queue,
    epochs: engine.epochs,
    outbox: engine.outbox,
    incidents: engine.incidents,
    strandedSeconds: strandedSecondsOf(settings),
    nowMs: windowNowMs,
    log,
  };
  const watched = {
    settings: {
      l1ChainId: settings.l1ChainId,
      publisherAddresses: funds && account && [account.address],
    },
    findRollup: async () => subsystems.rollup.address,
  };
  const { nodeSnapshots: location } = settings;
  const everyMs = settings.nodeSnapshotHours * 3_600_000;
  const node = new CopyingSubsystems({
    subsystems,
    provingEpochs: () => watcher.health.running,
    upload: (...parts) => uploadSnapshot(...parts, createLogger('snapshot-upload')),
    log,
  });
  const snapshots =
    location === undefined
      ? undefined
      : new NodeSnapshots({ location, everyMs }, { node, engine, networkVersion, nowMs, log });
  const rootSubmitter = submitter(settings, publisher, { engine, l1, clock, nowMs, log });
  const parts: readonly (((stop: AbortSignal) => Promise<void>) | undefined)[] = [
    (stop) => watcher.run(stop),
    (stop) => followL1Clock({ clock, l1, l1SlotMs, engine, log }, stop),
    (stop) => runSweeper(sweep, settings.sweepSeconds * 1000, stop),
    (stop) => runLagMeasurement({ readUntilMs: () => chain.readUntilMs(), metrics, nowMs, log }, stop),
    disks && ((stop) => new DiskMeasurement({ disks, metrics, log }).run(stop)),
    scaler === undefined ? (stop) => runPoolMeasurement({ engine, metrics, log }, stop) : undefined,
    scaler === undefined
      ? (stop) => runL1Watch({ ...watched, engine, l1, clock, metrics, nowMs, log }, stop)
      : undefined,
    // A fleet that scales has none at rest; there the scaler's own metrics and alarms watch for agents that do not come.
    scaler === undefined ? (stop) => runAgentWarning({ engine, log }, stop) : undefined,
    growing &&
      ((stop) => reportGrowingEpoch({ ...subsystems, chain, rollupId: rollup, growing, networkVersion, log }, stop)),
    funds && ((stop) => funds.run(stop)),
    snapshots && ((stop) => snapshots.run(stop)),
    rootSubmitter && ((stop) => rootSubmitter.run(stop)),
  ];
  await runTogether(
    parts.filter((part) => part !== undefined),
    signal,
  );
}

function submitter(
  settings: NodeSettings,
  { account }: Publisher,
  {
    engine,
    ...deps
  }: {
    readonly engine: Engine;
    readonly l1: L1Client;
    readonly clock: L1Clock;
    readonly nowMs: () => number;
    readonly log: Logger;
  },
): RootSubmitter | undefined {
  if (settings.isPublishingDisabled || account === undefined) {
    deps.log.warn('nothing is submitted to L1: roots stay in the outbox');
    return undefined;
  }
  return new RootSubmitter({
    outbox: engine.outbox,
    decisions: engine.decisions,
    epochs: engine.epochs,
    incidents: engine.incidents,
    account,
    policy: toSubmissionPolicy(settings),
    submitterId: `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`,
    ...deps,
  });
}
