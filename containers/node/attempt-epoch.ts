import { EpochNumber as AztecEpochNumber } from '@aztec/foundation/branded-types';
import type { EthAddress } from '@aztec/foundation/eth-address';
import { ProvingOrchestrator } from '@aztec/prover-client/orchestrator';
import { PublicProcessorFactory } from '@aztec/simulator/server';
import { getProofSubmissionDeadlineTimestamp } from '@aztec/stdlib/epoch-helpers';

import type { Engine } from '../../shared/engine/engine.ts';
import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import { EpochStoppedError } from '../../shared/proof-requests/errors.ts';
import { ProofRequests } from '../../shared/proof-requests/proof-requests.ts';
import { outputsKey } from '../../shared/proof-store/proof-store.ts';
import type { EpochNumber, ProvingJobId } from '../../shared/proving-job/proving-job-id.ts';
import type { Turns } from '../../shared/retry/turns.ts';
import { errorText } from '../../shared/telemetry/error-text.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { Chain } from './chain.ts';
import { encodeRootCall } from './encode-root-call.ts';
import { type EpochData, gatherEpochData } from './epoch-data.ts';
import { epochStopSignal } from './epoch-stop-signal.ts';
import { FleetCircuitProver } from './fleet-circuit-prover.ts';
import { proveEpoch } from './prove-epoch.ts';
import type { Subsystems } from './subsystems.ts';

export interface AttemptEpochDeps {
  readonly engine: Engine;
  readonly subsystems: Subsystems;
  readonly chain: Chain;
  readonly proverId: EthAddress;
  readonly networkVersion: string;
  readonly reconcileMs: number;
  readonly txGatheringTimeoutMs: number;
  /** Jobs that the orchestrator hands over at a time; what is done for them takes {@link requestTurns}. */
  readonly enqueueConcurrency: number;
  readonly requestTurns: Turns;
  readonly parallelCheckpoints: number | undefined;
  readonly nowMs: () => number;
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
  readonly epoch: EpochNumber;

  constructor(epoch: EpochNumber) {
    super(
      `a root of epoch ${epoch} over other checkpoints is still on its way to L1; this one is stored once that has ended`,
    );
    this.epoch = epoch;
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
  const data = await gatherEpochData(epoch, {
    archiver: subsystems.archiver,
    worldState: subsystems.worldState,
    txProvider: subsystems.txProvider,
    txGatheringTimeoutMs: deps.txGatheringTimeoutMs,
    nowMs: deps.nowMs,
  });
  if (data === undefined) return 'nothing-to-prove';
  const record = await openEpoch(data, deps);
  if (record.state !== 'proving') return 'submitting';
  if (record.attempt > 1) {
    log.info(
      { epoch, attempt: record.attempt, revived: await reviveRejected(epoch, engine) },
      'taking the epoch up again',
    );
  } else {
    log.info({ epoch, checkpoints: data.checkpoints.length, transactions: data.txs.size }, 'taking the epoch up');
  }

  const stopping = epochStopSignal(
    record,
    { ...deps, l1SlotMs: subsystems.config.ethereumSlotDuration * 1000 },
    shutdown,
  );
  try {
    const { rootJobId, call } = await proveToRoot(data, deps, stopping.signal);
    const stored = await engine.outbox.store({
      epoch,
      rangeId: data.rangeId,
      ...checkpointRange(data),
      to: subsystems.rollup.address,
      data: call,
      deadlineAtMs: record.deadlineAtMs,
    });
    if (stored.rangeId !== data.rangeId) throw new OtherRootPendingError(epoch);
    await engine.epochs.advance(epoch, data.rangeId, 'submitting', { rootJobId });
    log.info({ epoch, rootJobId }, 'the root proof is in the outbox');
    return 'submitting';
  } catch (error) {
    const stopped = stopping.signal.reason as unknown;
    if (stopping.signal.aborted && stopped instanceof EpochStoppedError) {
      await closeStopped(stopped, record, deps);
      return stopped.why;
    }
    const reason = errorText(error);
    await engine.epochs.advance(epoch, data.rangeId, 'failed', { reason });
    await engine.incidents.report({ kind: 'epoch-failed', subject: `epoch ${epoch}`, message: reason });
    throw error;
  } finally {
    stopping.dispose();
  }
}

async function openEpoch(data: EpochData, deps: AttemptEpochDeps): Promise<EpochRecord> {
  const { archiver } = deps.subsystems;
  const deadlineSeconds = getProofSubmissionDeadlineTimestamp(
    AztecEpochNumber(data.epoch),
    await archiver.getL1Constants(),
  );
  const before = await deps.engine.epochs.find(data.epoch);
  if (before !== undefined && before.rangeId !== data.rangeId) {
    await deps.engine.jobs.cancelEpoch(data.epoch, 'its checkpoints were reorganised away', before.rangeId);
  }
  return await deps.engine.epochs.open({
    epoch: data.epoch,
    rangeId: data.rangeId,
    networkVersion: deps.networkVersion,
    ...checkpointRange(data),
    shape: data.shape,
    deadlineAtMs: Number(deadlineSeconds) * 1000,
  });
}

function checkpointRange({ epoch, checkpoints }: EpochData): {
  readonly firstCheckpoint: number;
  readonly lastCheckpoint: number;
} {
  const [first, last] = [checkpoints[0], checkpoints.at(-1)];
  if (first === undefined || last === undefined) throw new Error(`epoch ${epoch} has no checkpoint`);
  return { firstCheckpoint: first.number, lastCheckpoint: last.number };
}

/** Gives the epoch's rejected jobs another chance from a clean start: a bad object under a proof's key may be why they failed. */
async function reviveRejected(epoch: EpochNumber, { jobs, proofs }: Engine): Promise<number> {
  for (const { id, circuit, state, reason } of await jobs.jobsOfEpoch(epoch)) {
    if (state === 'rejected') await proofs.quarantine(outputsKey(circuit, id), reason ?? 'its job was rejected');
  }
  return await jobs.reviveRejected(epoch);
}

async function proveToRoot(
  data: EpochData,
  deps: AttemptEpochDeps,
  signal: AbortSignal,
): Promise<{ rootJobId: ProvingJobId; call: `0x${string}` }> {
  const { engine, subsystems, log } = deps;
  const requests = new ProofRequests({
    engine,
    epoch: data.epoch,
    rangeId: data.rangeId,
    networkVersion: deps.networkVersion,
    reconcileMs: deps.reconcileMs,
    turns: deps.requestTurns,
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

/** Cancels jobs whose proofs can no longer count. A shutdown cancels none: the jobs go on. */
async function closeStopped(
  stopped: EpochStoppedError,
  record: EpochRecord,
  { engine, log }: AttemptEpochDeps,
): Promise<void> {
  log.warn({ epoch: record.epoch, why: stopped.why }, 'proving of the epoch was stopped');
  if (stopped.why === 'shutdown') return;
  const reason = stopped.why === 'reorg' ? 'its checkpoints were reorganised away' : 'its proof window closed';
  const cancelled = await engine.jobs.cancelEpoch(record.epoch, reason, record.rangeId);
  await engine.epochs.advance(record.epoch, record.rangeId, stopped.why === 'reorg' ? 'failed' : 'expired', { reason });
  await engine.incidents.report({
    kind: 'epoch-failed',
    subject: `epoch ${record.epoch}`,
    message: `${reason}; ${cancelled} jobs were cancelled`,
  });
}
