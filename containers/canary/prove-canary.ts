import { aboutEpoch } from '../../shared/ledger/incident-log.ts';
import { encodeRootSubmission } from '../../shared/canary/canary-rollup.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { reviveRejected } from '../../shared/job-queue/revive-rejected.ts';
import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import { EpochStoppedError } from '../../shared/proof-requests/errors.ts';
import { ProofRequests } from '../../shared/proof-requests/proof-requests.ts';
import { errorText } from '../../shared/telemetry/error-text.ts';
import type { CanaryPlan } from './canary-plan.ts';
import { openCanaryEpoch } from './open-canary-epoch.ts';
import { requestTree } from './request-tree.ts';

export interface ProveCanaryDeps {
  readonly engine: Engine;
  /** How often the requests are compared with the ledger, in milliseconds. */
  readonly reconcileMs: number;
  readonly nowMs: () => number;
  readonly log: Logger;
  /** Called with the epoch once it has a number. */
  readonly onOpened?: (epoch: EpochRecord) => void;
}

/**
 * The node side of a canary epoch: has the fleet prove the tree, and puts the root into the outbox. What an earlier
 * call for the same plan has had proven is taken from the ledger, so the same call begins an epoch and resumes it.
 * @returns the epoch, `submitting` or already `proven`
 * @throws {JobRejectedError} when the fleet gave a job up: the epoch is then `failed`. The signal's reason, when it aborts:
 *   the jobs continue in the fleet, and the next call finds their proofs.
 */
export async function proveCanary(
  plan: CanaryPlan,
  { engine, reconcileMs, nowMs, log, onOpened }: ProveCanaryDeps,
  signal: AbortSignal,
): Promise<EpochRecord> {
  const record = await openCanaryEpoch(plan, engine.epochs, nowMs);
  onOpened?.(record);
  if (record.state !== 'proving') return record;
  const { id, epoch, rangeId, networkVersion, deadlineAtMs } = record;
  log.info({ epoch, attempt: record.attempt, leaves: plan.leaves }, 'proving the canary epoch');
  if (record.attempt > 1) await reviveRejected(record, engine);

  const requests = new ProofRequests({ engine, epochId: id, rangeId, networkVersion, reconcileMs, log });
  const onAbort = (): void => requests.stop(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  requests.start();
  try {
    signal.throwIfAborted();
    const root = await requestTree(plan, epoch, requests);
    await engine.outbox.store({
      epochId: id,
      rangeId,
      contract: 'canary-rollup',
      to: plan.rollupAddress,
      data: encodeRootSubmission(root.proof),
      deadlineAtMs,
    });
    const submitting = await engine.epochs.advance(id, rangeId, 'submitting', { rootJobId: root.jobId });
    log.info({ epoch, rootJobId: root.jobId }, 'the root proof is in the outbox');
    return submitting ?? record;
  } catch (error) {
    if (!signal.aborted) {
      const reason = errorText(error);
      await engine.epochs.advance(id, rangeId, 'failed', { reason });
      await engine.incidents.report({ kind: 'epoch-failed', subject: aboutEpoch(id), message: reason });
    }
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
    requests.stop(new EpochStoppedError('shutdown'));
  }
}
