import type { AztecNodeConfig } from '@aztec/aztec-node';
import { EpochNumber as AztecEpochNumber } from '@aztec/foundation/branded-types';
import type { EthAddress } from '@aztec/foundation/eth-address';
import { ProvingOrchestrator } from '@aztec/prover-client/orchestrator';
import { PublicProcessorFactory } from '@aztec/simulator/server';
import { getProofSubmissionDeadlineTimestamp } from '@aztec/stdlib/epoch-helpers';

import type { Engine } from '../../shared/engine/engine.ts';
import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import { outputsKey } from '../../shared/proof-store/proof-store.ts';
import type { EpochNumber, ProvingJobId } from '../../shared/proving-job/proving-job-id.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import { type EpochData, gatherEpochData } from './epoch-data.ts';
import type { Chain } from './chain.ts';
import { EpochStoppedError } from '../../shared/proof-requests/errors.ts';
import { RootInTheWayError } from './errors.ts';
import { FleetCircuitProver } from './fleet-circuit-prover.ts';
import { ProofRequests } from '../../shared/proof-requests/proof-requests.ts';
import { proveEpoch } from './prove-epoch.ts';
import { encodeRootCall } from './root-call.ts';
import type { Subsystems } from './subsystems.ts';

/** A timer of Node holds 31 bits of milliseconds; a deadline further off is looked at again by the next attempt. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface AttemptEpochDeps {
  readonly engine: Engine;
  readonly subsystems: Subsystems;
  readonly chain: Chain;
  readonly proverId: EthAddress;
  readonly networkVersion: string;
  readonly reconcileMs: number;
  readonly txGatheringTimeoutMs: number;
  readonly enqueueConcurrency: number;
  readonly parallelCheckpoints: number | undefined;
  readonly nowMs: () => number;
  readonly log: Logger;
}

/**
 * What became of an attempt: its root waits in the outbox (also when an earlier attempt had put it there), there is
 * nothing to prove, or it was stopped.
 */
export type AttemptOutcome = 'submitting' | 'nothing-to-prove' | 'reorg' | 'deadline' | 'shutdown';

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

  const stopping = stopSignal(record, deps, shutdown);
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
    if (stored.rangeId !== data.rangeId) throw new RootInTheWayError(epoch);
    await engine.epochs.advance(epoch, data.rangeId, 'submitting', { rootJobId });
    log.info({ epoch, rootJobId }, 'the root proof is in the outbox');
    return 'submitting';
  } catch (error) {
    const stopped = stopping.signal.reason as unknown;
    if (stopping.signal.aborted && stopped instanceof EpochStoppedError) {
      await closeStopped(stopped, record, deps);
      return stopped.why;
    }
    const reason = error instanceof Error ? error.message : String(error);
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

/** Gives the epoch's rejected jobs another chance, from a clean start: what lies in place of a proof may be why they failed. */
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
    log,
  });
  let rootJobId: ProvingJobId | undefined;
  const prover = new FleetCircuitProver({
    requests,
    incidents: engine.incidents,
    log,
    onRootProven: (jobId) => (rootJobId = jobId),
  });
  // Jobs are cancelled in the ledger, where agents see it, and only when their epoch cannot be proven any more.
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

/** Aborts when the node ends, the epoch's window closes, or a reorg changes its checkpoints. */
function stopSignal(
  record: EpochRecord,
  deps: AttemptEpochDeps,
  shutdown: AbortSignal,
): { signal: AbortSignal; dispose(): void } {
  const { config } = deps.subsystems;
  const controller = new AbortController();
  const stop = (why: EpochStoppedError['why']): void => {
    controller.abort(new EpochStoppedError(why));
  };
  const onShutdown = (): void => stop('shutdown');
  if (shutdown.aborted) onShutdown();
  shutdown.addEventListener('abort', onShutdown, { once: true });

  const windowMs = record.deadlineAtMs - deps.nowMs();
  const deadline = setTimeout(() => stop('deadline'), Math.min(Math.max(0, windowMs), MAX_TIMER_MS));
  // Twice in each L1 slot: a reorg shows at the next L1 block at the earliest.
  const reorgCheck = setInterval(
    () => {
      deps.chain
        .rangeOf(record.epoch)
        .then((range) => {
          if (range !== record.rangeId) stop('reorg');
        })
        .catch((error: unknown) => {
          deps.log.warn({ err: error, epoch: record.epoch }, 'could not check the epoch for a reorg, trying again');
        });
    },
    ethereumSlotMs(config) / 2,
  );
  return {
    signal: controller.signal,
    dispose() {
      clearTimeout(deadline);
      clearInterval(reorgCheck);
      shutdown.removeEventListener('abort', onShutdown);
    },
  };
}

function ethereumSlotMs({ ethereumSlotDuration }: AztecNodeConfig): number {
  return ethereumSlotDuration * 1000;
}

/** Leaves nothing in the fleet's way that can no longer count. A shutdown leaves all as it is: the jobs go on. */
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
