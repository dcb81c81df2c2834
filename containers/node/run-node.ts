import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

import { strandedSecondsOf } from '../../shared/engine/engine-options.ts';
import { NODE_GROUP, type NodeSettings } from '../../shared/config/groups/node-settings.ts';
import { nameOf } from '../../shared/config/setting.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { checkL1Chain, createL1Client } from '../../shared/l1/l1-client.ts';
import { RootSubmitter } from '../../shared/l1/submission/root-submitter.ts';
import { toSubmissionPolicy } from '../../shared/l1/submission/submission-policy.ts';
import { closeEpoch } from '../../shared/job-queue/close-epochs.ts';
import { runSweeper } from '../../shared/job-queue/sweep-ledger.ts';
import { installedNetworkVersion } from '../../shared/proving-job/network-version.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { Metrics } from '../../shared/telemetry/metrics.ts';
import { attemptEpoch } from './attempt-epoch.ts';
import { ArchivedChain } from './chain.ts';
import { EpochWatcher } from './epoch-watcher.ts';
import { runLagMeasurement } from './measure-lag.ts';
import { notifyScaler } from './notify-scaler.ts';
import { loadPublisher, type Publisher } from './publisher.ts';
import { reportGrowingEpoch } from './report-growing-epoch.ts';
import { type NodeStatus, serveStatus } from './status-server.ts';
import { startSubsystems } from './subsystems.ts';

/** A node that has not read the chain for this long is unhealthy. */
const UNHEALTHY_AFTER_MS = 120_000;

export interface NodeDeps {
  readonly engine: Engine;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Ends the node: running attempts are wound up, their jobs go on in the fleet. */
  readonly signal: AbortSignal;
  readonly nowMs?: () => number;
}

/** Follows the chain, has every epoch proven by the fleet, and brings the roots to L1, until `signal` aborts. */
export async function runNode(
  settings: NodeSettings,
  { metrics, log, signal, nowMs = Date.now, ...given }: NodeDeps,
): Promise<void> {
  const networkVersion = installedNetworkVersion();
  if (settings.epochAttempts !== undefined)
    log.warn(
      `${nameOf(NODE_GROUP.settings.epochAttempts)} has no effect: a failed epoch is taken up again until its window closes`,
    );
  const silentHosts = await checkL1Chain({ rpcUrls: settings.l1RpcUrls, chainId: settings.l1ChainId });
  if (silentHosts.length > 0) log.warn({ hosts: silentHosts }, 'some L1 nodes do not respond');
  const { scaler, growingEpochs: growing } = given.engine;
  const engine =
    scaler === undefined ? given.engine : { ...given.engine, epochs: notifyScaler(given.engine.epochs, scaler) };
  const subsystems = await startSubsystems(log);
  try {
    const publisher = await loadPublisher(subsystems.config);
    log.info(
      { proverId: publisher.proverId.toString(), publisher: publisher.account?.address, networkVersion },
      'the prover node is up',
    );

    const chain = new ArchivedChain(subsystems.archiver);
    const watcher = new EpochWatcher({
      chain,
      epochs: engine.epochs,
      attempt: (epoch, shutdown) =>
        attemptEpoch(
          epoch,
          {
            engine,
            subsystems,
            chain,
            proverId: publisher.proverId,
            networkVersion,
            reconcileMs: settings.reconcileSeconds * 1000,
            txGatheringTimeoutMs: settings.txGatheringTimeoutMs,
            enqueueConcurrency: settings.enqueueConcurrency,
            parallelCheckpoints: settings.maxParallelBlocksPerEpoch || undefined,
            nowMs,
            log,
          },
          shutdown,
        ),
      close: (record, reason) => closeEpoch(record, reason, { ...engine, log }),
      pollMs: settings.pollingIntervalMs,
      startDelayMs: settings.epochProvingDelayMs,
      retryDelayMs: settings.epochRetrySeconds * 1000,
      maxEpochsAtOnce: settings.maxPendingJobs,
      nowMs,
      log,
    });
    const statusServer =
      settings.port === 0
        ? undefined
        : await serveStatus(settings.port, () => statusOf(watcher, publisher, networkVersion, nowMs()));
    const sweep = {
      jobs: engine.jobs,
      queue: engine.queue,
      epochs: engine.epochs,
      incidents: engine.incidents,
      strandedSeconds: strandedSecondsOf(settings),
      nowMs,
      log,
    };
    try {
      await Promise.all([
        watcher.run(signal),
        runSweeper(sweep, settings.sweepSeconds * 1000, signal),
        runLagMeasurement({ readUntilMs: () => chain.readUntilMs(), metrics, nowMs, log }, signal),
        growing && reportGrowingEpoch({ ...subsystems, chain, growing, networkVersion, log }, signal),
        submitter(settings, publisher, engine, log, nowMs)?.run(signal),
      ]);
    } finally {
      statusServer?.close();
      statusServer?.closeAllConnections();
    }
  } finally {
    await subsystems.stop();
  }
}

function submitter(
  settings: NodeSettings,
  { account }: Publisher,
  engine: Engine,
  log: Logger,
  nowMs: () => number,
): RootSubmitter | undefined {
  if (settings.isPublishingDisabled || account === undefined) {
    log.warn('nothing is submitted to L1: roots stay in the outbox');
    return undefined;
  }
  return new RootSubmitter({
    outbox: engine.outbox,
    decisions: engine.decisions,
    epochs: engine.epochs,
    incidents: engine.incidents,
    l1: createL1Client({ rpcUrls: settings.l1RpcUrls, chainId: settings.l1ChainId }),
    account,
    policy: toSubmissionPolicy(settings),
    submitterId: `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`,
    nowMs,
    log,
  });
}

function statusOf(watcher: EpochWatcher, publisher: Publisher, networkVersion: string, atMs: number): NodeStatus {
  const { lastLookAtMs, running } = watcher.health;
  const isHealthy = lastLookAtMs !== undefined && atMs - lastLookAtMs < UNHEALTHY_AFTER_MS;
  return {
    isHealthy,
    ...(isHealthy ? {} : { reason: 'the node has not read the chain lately: see the log' }),
    networkVersion,
    proverId: publisher.proverId.toString(),
    provingEpochs: running,
    lastLookAtMs,
  };
}
