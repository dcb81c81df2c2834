import type { EpochRecord } from './epoch-ledger.ts';

/**
 * What an epoch still needs:
 *
 * - `proofs`: it is being proven, or failed and is taken up again while its window is open;
 * - `mining`: its root is proven, and is on its way to L1;
 * - `closing`: its window has closed before its root was proven: it is to be `expired`, and its jobs cancelled;
 * - `nothing`: it is proven, or too late.
 */
export type EpochNeed = 'proofs' | 'mining' | 'closing' | 'nothing';

/** How many of the newest epochs may need something: more than fit into the longest window. */
export const EPOCHS_IN_NEED = 16;

/** What the epoch needs at that time. Every part of the fleet that acts on epochs goes by this. */
export function needOfEpoch(
  { state, deadlineAtMs }: Pick<EpochRecord, 'state' | 'deadlineAtMs'>,
  nowMs: number,
): EpochNeed {
  switch (state) {
    case 'proving':
    case 'failed':
      return nowMs < deadlineAtMs ? 'proofs' : 'closing';
    case 'submitting':
      return 'mining';
    case 'proven':
    case 'expired':
      return 'nothing';
  }
}
