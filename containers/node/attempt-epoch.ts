import { aboutEpoch } from '../../shared/ledger/incident-log.ts';
import type { EthAddress } from '@aztec/foundation/eth-address';
import { ProvingOrchestrator } from '@aztec/prover-client/orchestrator';
import { PublicProcessorFactory } from '@aztec/simulator/server';

import type { Engine } from '../../shared/engine/engine.ts';
import { cancelOtherRanges } from '../../shared/job-queue/cancel-other-ranges.ts';
import { closeEpoch } from '../../shared/job-queue/close-epochs.ts';
import { reviveRejected } from '../../shared/job-queue/revive-rejected.ts';
import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import { findEpochOfRollup } from '../../shared/ledger/find-epoch-of-rollup.ts';
import { EpochStoppedError } from '../../shared/proof-requests/errors.ts';
import type { AztecFileStores } from '../../shared/proof-store/aztec-file-stores.ts';
import { ProofRequests } from '../../shared/proof-requests/proof-requests.ts';
import { type EpochNumber, makeEpochId, type RollupId } from '../../shared/proving-job/epoch-id.ts';
import type { ProvingJobId } from '../../shared/proving-job/proving-job-id.ts';
import type { Turns } from '../../shared/retry/turns.ts';
import { errorText } from '../../shared/telemetry/error-text.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { Chain } from './chain.ts';
import { encodeRootCall } from './encode-root-call.ts';
import { checkpointShapes } from './checkpoint-shapes.ts';
import { type EpochData, type EpochOutline, gatherEpochData, outlineEpoch } from './epoch-data.ts';
import { epochStopSignal } from './epoch-stop-signal.ts';
import { FleetCircuitProver } from './fleet-circuit-prover.ts';
import { proveEpoch } from './prove-epoch.ts';
import type { Subsystems } from './subsystems.ts';

export interface AttemptEpochDeps {
  readonly engine: Engine;
  readonly subsystems: Subsystems;
  readonly chain: Chain;
  /** The rollup that the chain is of. */
  readonly rollup: RollupId;
  readonly proverId: EthAddress;
  readonly networkVersion: string;
  readonly reconcileMs: number;
  readonly txGatheringTimeoutMs: number;
  /** Jobs that the orchestrator hands over at a time; what is done for them takes {@link requestTurns}. */
  readonly enqueueConcurrency: number;
  readonly requestTurns: Turns;
  readonly parallelCheckpoints: number | undefined;
  /** Where official agents may keep proofs. */
  readonly officialStores: Pick<AztecFileStores, 'read'>;
  readonly nowMs: () => number;
  /** The time by which proof windows close. */
  readonly windowNowMs: () => number;
  readonly log: Logger;
}

/**
 * What became of an attempt: its root waits in the outbox (also when an earlier attempt had put it there), there is
 * nothing to prove, or it was stopped.
 */
export type AttemptOutcome = 'submitting' | 'nothing-to-prove' | 'reorg' | 'deadline' | 'shutdown';

/** A root of the same epoch over checkpoints that a reorg removed is on its way to L1. Try again once it has failed there. */
class OtherRootPendingError extends Error {
  override readonly name = 'OtherRootPendingError';

  constructor() {
    super('a root over other checkpoints is still on its way to L1; this one is stored once that has ended');
  }
}

/**
 * Takes an epoch up, from its transactions to its root proof in the outbox. Whatever an earlier attempt has proven is
 * taken from the ledger, so the same call begins an epoch and resumes it.
 * @throws when a part of it failed; the epoch is then `failed` in the ledger, with the reason.
 */
export async function attemptEpoch(
  epoch: EpochNumber,
  deps: AttemptEpochDeps,
  shutdown: AbortSignal,
): Promise<AttemptOutcome> {
  const { engine, subsystems, log } = deps;
  const outline = await outlineEpoch(epoch, subsystems.archiver);
  if (outline === undefined) return 'nothing-to-prove';
  // Before anything can fail: what is not in the ledger can neither be seen nor retried, and has no agents.
  const record = await openEpoch(outline, deps);
  if (record.state !== 'proving') return 'submitting';
  const { id, rangeId } = record;

  const stopping = epochStopSignal(
    record,
    { ...deps, l1SlotMs: subsystems.config.ethereumSlotDuration * 1000 },
    shutdown,
  );
  try {
    const data = await gatherEpochData(outline, { ...subsystems, ...deps }, stopping.signal);
    const opened = await engine.epochs.advance(id, rangeId, 'proving', { shape: data.shape });
    if (opened?.state !== 'proving') return 'submitting';
    await takeUp(record, data, deps);
    const { rootJobId, call } = await proveToRoot(record, data, deps, stopping.signal);
    const stored = await engine.outbox.store({
      epochId: id,
      rangeId,
      firstCheckpoint: data.firstCheckpoint,
      lastCheckpoint: data.lastCheckpoint,
      to: subsystems.rollup.address,
      data: call,
      deadlineAtMs: record.deadlineAtMs,
    });
    if (stored.rangeId !== rangeId) throw new OtherRootPendingError();
    await engine.epochs.advance(id, rangeId, 'submitting', { rootJobId });
    log.info({ epoch, epochId: id, rootJobId }, 'the root proof is in the outbox');
    return 'submitting';
  } catch (error) {
    const stopped = stopping.signal.reason as unknown;
    if (stopping.signal.aborted && stopped instanceof EpochStoppedError) {
      await endStopped(stopped, record, deps);
      return stopped.why;
    }
    const reason = errorText(error);
    await engine.epochs.advance(id, rangeId, 'failed', { reason });
    await engine.incidents.report({ kind: 'epoch-failed', subject: aboutEpoch(id), message: reason });
    throw error;
  } finally {
    stopping.dispose();
  }
}

async function openEpoch(outline: EpochOutline, deps: AttemptEpochDeps): Promise<EpochRecord> {
  const { epoch, rangeId, checkpoints, firstCheckpoint, lastCheckpoint } = outline;
  const { engine, chain, rollup } = deps;
  const deadlineAtMs = await chain.deadlineAtMs(epoch);
  const ownId = makeEpochId(rollup, epoch);
  const before = await findEpochOfRollup(engine.epochs, ownId, deadlineAtMs);
  const known = before?.rangeId === rangeId ? before : undefined;
  return await engine.epochs.open({
    id: before?.id ?? ownId,
    rangeId,
    networkVersion: deps.networkVersion,
    firstCheckpoint,
    lastCheckpoint,
    shape: known?.shape ?? checkpointShapes(checkpoints, [], () => true),
    deadlineAtMs,
  });
}

async function takeUp(record: EpochRecord, data: EpochData, { engine, log }: AttemptEpochDeps): Promise<void> {
  const { id: epochId, epoch, attempt } = record;
  if (attempt > 1) {
    log.info({ epoch, epochId, attempt, revived: await reviveRejected(record, engine) }, 'taking the epoch up again');
  } else {
    const { checkpoints, txs } = data;
    log.info({ epoch, epochId, checkpoints: checkpoints.length, transactions: txs.size }, 'taking the epoch up');
  }
}

async function proveToRoot(
  record: EpochRecord,
  data: EpochData,
  deps: AttemptEpochDeps,
  signal: AbortSignal,
): Promise<{ rootJobId: ProvingJobId; call: `0x${string}` }> {
  const { engine, subsystems, log } = deps;
  const requests = new ProofRequests({
    engine,
    epochId: record.id,
    rangeId: data.rangeId,
    networkVersion: deps.networkVersion,
    reconcileMs: deps.reconcileMs,
    turns: deps.requestTurns,
    readElsewhere: (uri) => deps.officialStores.read(uri),
    log,
  });
  let rootJobId: ProvingJobId | undefined;
  const prover = new FleetCircuitProver({
    requests,
    incidents: engine.incidents,
    log,
    onRootProven: (jobId) => (rootJobId = jobId),
  });
  // Jobs are cancelled in the ledger, where agents see it, and only when their epoch can no longer be proven.
  const cancelJobsOnStop = false;
  const orchestrator = new ProvingOrchestrator(
    subsystems.worldState,
    prover,
    deps.proverId,
    cancelJobsOnStop,
    deps.enqueueConcurrency,
  );
  const onStop = (): void => {
    requests.stop(signal.reason as Error);
    orchestrator.cancel();
  };
  signal.addEventListener('abort', onStop, { once: true });
  requests.start();
  try {
    signal.throwIfAborted();
    const proof = await proveEpoch(data, {
      orchestrator,
      worldState: subsystems.worldState,
      publicProcessorFactory: new PublicProcessorFactory(subsystems.archiver, subsystems.dateProvider),
      ...(deps.parallelCheckpoints === undefined ? {} : { parallelCheckpoints: deps.parallelCheckpoints }),
      onExecuted: async () => {
        if (record.attempt === 1) return;
        const cancelled = await cancelOtherRanges(record, engine.jobs);
        const { epoch, id: epochId } = record;
        if (cancelled > 0) log.info({ epoch, epochId, cancelled }, 'cancelled jobs that a reorg left behind');
      },
      signal,
    });
    if (rootJobId === undefined) throw new Error('the epoch was proven without a root rollup job');
    return { rootJobId, call: encodeRootCall(data, proof) };
  } finally {
    signal.removeEventListener('abort', onStop);
    requests.stop(new EpochStoppedError('shutdown'));
    await orchestrator.stop();
  }
}

/** Ends a stopped attempt in the ledger. A shutdown changes nothing there: the jobs go on. */
async function endStopped(
  { why }: EpochStoppedError,
  record: EpochRecord,
  { engine, log }: AttemptEpochDeps,
): Promise<void> {
  const { id, epoch, rangeId } = record;
  log.warn({ epoch, epochId: id, why }, 'proving of the epoch was stopped');
  switch (why) {
    case 'shutdown':
      return;
    case 'deadline':
      await closeEpoch(record, 'its proof window closed', { ...engine, log });
      return;
    case 'reorg': {
      // Its jobs go on: the new range may want them, and the attempt over it cancels the others.
      const reason = 'its checkpoints were reorganised away';
      await engine.epochs.advance(id, rangeId, 'failed', { reason });
      await engine.incidents.report({ kind: 'epoch-failed', subject: aboutEpoch(id), message: reason });
    }
  }
}
