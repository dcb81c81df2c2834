import type { EpochLedger, EpochRecord } from '../ledger/epoch-ledger.ts';
import { needOfEpoch } from '../ledger/epoch-needs.ts';
import type { IncidentLog } from '../ledger/incident-log.ts';
import type { JobLedger } from '../ledger/job-ledger.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface CloseEpochDeps {
  readonly epochs: Pick<EpochLedger, 'advance'>;
  readonly jobs: Pick<JobLedger, 'cancelEpoch'>;
  readonly incidents: Pick<IncidentLog, 'report'>;
  readonly log: Logger;
}

export interface CloseEpochsDeps extends CloseEpochDeps {
  readonly epochs: Pick<EpochLedger, 'advance' | 'latest'>;
  readonly nowMs: () => number;
}

/** More than fit into the longest window. */
const LATEST_EPOCHS = 16;

/** Cancels the open jobs of an epoch whose proof is no longer wanted, and marks it `expired`. */
export async function closeEpoch(
  { epoch, rangeId }: EpochRecord,
  reason: string,
  { epochs, jobs, incidents, log }: CloseEpochDeps,
): Promise<void> {
  // The jobs first: an epoch that is still to be closed is found again when this is cut off.
  const cancelled = await jobs.cancelEpoch(epoch, reason);
  await epochs.advance(epoch, rangeId, 'expired', { reason });
  log.warn({ epoch, cancelled, reason }, 'closed an epoch');
  const message = `${reason}; ${cancelled} jobs were cancelled`;
  await incidents.report({ kind: 'epoch-failed', subject: `epoch ${epoch}`, message });
}

/**
 * Closes every epoch whose window closed before its root was proven, whether or not a node is there that attempts it:
 * otherwise agents would prove its jobs for ever, before those of newer epochs.
 */
export async function closeOverdueEpochs(deps: CloseEpochsDeps): Promise<void> {
  for (const record of await deps.epochs.latest(LATEST_EPOCHS)) {
    if (needOfEpoch(record, deps.nowMs()) === 'closing') await closeEpoch(record, 'its proof window closed', deps);
  }
}
