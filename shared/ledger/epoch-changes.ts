import { parseEpochId } from '../proving-job/epoch-id.ts';
import type { EpochChange, EpochRecord, EpochState, NewEpoch } from './epoch-ledger.ts';
import type { RangeId } from './job-ledger.ts';

/** The record after {@link EpochLedger.open}: the stored one itself when nothing changes. */
export function openedEpoch(known: EpochRecord | undefined, epoch: NewEpoch, nowMs: number): EpochRecord {
  const isFurther = known?.state === 'submitting' || known?.state === 'proven';
  if (epoch.shape === undefined) {
    // A native node proves it as well, and knows more of it.
    if (known?.shape !== undefined) return known;
    // Each of its jobs opens an epoch that streams, and a job that comes late means that it is not over.
    if (known?.state === 'proving') {
      const { networkVersion } = epoch;
      return known.networkVersion === networkVersion ? known : { ...known, networkVersion };
    }
  } else if (isFurther && known.rangeId === epoch.rangeId) return known;
  return {
    id: epoch.id,
    epoch: parseEpochId(epoch.id).epoch,
    rangeId: epoch.rangeId,
    networkVersion: epoch.networkVersion,
    ...(epoch.firstCheckpoint !== undefined && { firstCheckpoint: epoch.firstCheckpoint }),
    ...(epoch.lastCheckpoint !== undefined && { lastCheckpoint: epoch.lastCheckpoint }),
    ...(epoch.shape !== undefined && { shape: epoch.shape }),
    deadlineAtMs: epoch.deadlineAtMs,
    state: 'proving',
    attempt: (known?.attempt ?? 0) + 1,
    openedAtMs: known?.openedAtMs ?? nowMs,
    attemptAtMs: nowMs,
  };
}

/** The record after {@link EpochLedger.advance}: the stored one itself when nothing changes. */
export function advancedEpoch(
  known: EpochRecord,
  rangeId: RangeId,
  state: EpochState,
  change: EpochChange,
  nowMs: number,
): EpochRecord {
  if (known.rangeId !== rangeId || known.state === 'proven') return known;
  // Another node may have been faster: its root is on the way.
  if (known.state === 'submitting' && state === 'proving') return known;
  const { closedAtMs: _closedAtMs, ...rest } = known;
  const isClosed = state === 'proven' || state === 'failed' || state === 'expired';
  return {
    ...rest,
    ...change,
    state,
    ...(state === 'submitting' && { rootAtMs: known.rootAtMs ?? nowMs }),
    ...(isClosed && { closedAtMs: nowMs }),
  };
}

/** The record after {@link EpochLedger.reopen}: the stored one itself when nothing changes. */
export function reopenedEpoch(known: EpochRecord, rangeId: RangeId, reason: string): EpochRecord {
  if (known.rangeId !== rangeId || known.state !== 'proven') return known;
  const { closedAtMs: _closedAtMs, transactionHash: _transactionHash, ...rest } = known;
  return { ...rest, state: 'submitting', reason };
}
