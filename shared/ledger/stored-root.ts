import { parseEpochId } from '../proving-job/epoch-id.ts';
import type { NewRoot, RootRecord } from './outbox.ts';

/** The record after {@link Outbox.store}: the stored one itself when nothing changes. */
export function storedRoot(known: RootRecord | undefined, root: NewRoot, nowMs: number): RootRecord {
  const isSameRange = known?.rangeId === root.rangeId;
  // Of an epoch that an earlier version opened, the record may be that of another rollup's epoch with the same number.
  const isElsewhere = known !== undefined && known.to.toLowerCase() !== root.to.toLowerCase();
  const isReplaceable =
    known?.state === 'expired' ||
    (known?.state === 'waiting' && !isSameRange) ||
    (known?.state === 'mined' && isElsewhere);
  if (known !== undefined && !isReplaceable) return known;
  return {
    epochId: root.epochId,
    epoch: parseEpochId(root.epochId).epoch,
    rangeId: root.rangeId,
    ...(root.firstCheckpoint !== undefined && { firstCheckpoint: root.firstCheckpoint }),
    ...(root.lastCheckpoint !== undefined && { lastCheckpoint: root.lastCheckpoint }),
    contract: root.contract ?? 'aztec-rollup',
    to: root.to,
    data: root.data,
    deadlineAtMs: root.deadlineAtMs,
    storedAtMs: nowMs,
    state: 'waiting',
    submissions: isSameRange ? known.submissions : [],
    // Continues from the root it replaces, so that a change made from that one is refused.
    version: (known?.version ?? 0) + 1,
  };
}
