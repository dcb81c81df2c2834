import type { EpochLedger, EpochRecord } from '../ledger/epoch-ledger.ts';
import { EPOCHS_IN_NEED, needOfEpoch } from '../ledger/epoch-needs.ts';
import { aboutEpoch, type IncidentLog } from '../ledger/incident-log.ts';
import type { JobLedger } from '../ledger/job-ledger.ts';
import type { Outbox } from '../ledger/outbox.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface CloseEpochDeps {
  readonly epochs: Pick<EpochLedger, 'advance'>;
  readonly jobs: Pick<JobLedger, 'cancelEpoch'>;
  readonly incidents: Pick<IncidentLog, 'report'>;
  readonly log: Logger;
}

export interface CloseEpochsDeps extends CloseEpochDeps {
  readonly outbox: Pick<Outbox, 'find'>;
  readonly epochs: Pick<EpochLedger, 'advance' | 'latest'>;
  readonly nowMs: () => number;
}

/** Cancels the open jobs of an epoch whose proof is no longer wanted, and marks it `expired`. */
export async function closeEpoch(
  { id, epoch, rangeId }: EpochRecord,
  reason: string,
  { epochs, jobs, incidents, log }: CloseEpochDeps,
): Promise<void> {
  // The jobs first: an epoch that is still to be closed is found again when this is cut off.
  const cancelled = await jobs.cancelEpoch(id, reason);
  await epochs.advance(id, rangeId, 'expired', { reason });
  log.warn({ epoch, epochId: id, cancelled, reason }, 'closed an epoch');
  const message = `${reason}; ${cancelled} jobs were cancelled`;
  await incidents.report({ kind: 'epoch-failed', subject: aboutEpoch(id), message });
}

/**
 * Closes every epoch whose window closed before its root was proven, whether or not a node is there that attempts it:
 * otherwise agents would prove its jobs for ever, before those of newer epochs.
 * @param newest how many of the newest epochs to check
 */
export async function closeOverdueEpochs(deps: CloseEpochsDeps, newest = EPOCHS_IN_NEED): Promise<void> {
  for (const record of await deps.epochs.latest(newest)) {
    const need = needOfEpoch(record, deps.nowMs());
    if (need === 'closing') await closeEpoch(record, 'its proof window closed', deps);
    else if (need === 'mining') await failWithoutRoot(record, deps);
  }
}

/**
 * Fails an epoch whose root was given up, so that a node takes it up again: a submitter may give up a root after the node has
 * stored it and before the epoch is `submitting`.
 */
async function failWithoutRoot(
  { id, epoch, rangeId, deadlineAtMs }: EpochRecord,
  { epochs, outbox, nowMs, log }: CloseEpochsDeps,
): Promise<void> {
  const root = await outbox.find(id);
  if (root?.rangeId === rangeId && root.state !== 'expired') return;
  const reason = root?.reason ?? 'its root is not in the outbox';
  const state = nowMs() < deadlineAtMs ? 'failed' : 'expired';
  await epochs.advance(id, rangeId, state, { reason });
  log.warn({ epoch, epochId: id, state, reason }, 'the root that the epoch waits for was given up');
}
