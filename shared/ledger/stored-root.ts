import type { NewRoot, RootRecord } from './outbox.ts';

/** What {@link Outbox.store} makes of the stored record: that very record when it stays as it is. */
export function storedRoot(known: RootRecord | undefined, root: NewRoot, nowMs: number): RootRecord {
  const isSameRange = known?.rangeId === root.rangeId;
  const isReplaceable = known?.state === 'expired' || (known?.state === 'waiting' && !isSameRange);
  if (known !== undefined && !isReplaceable) return known;
  return {
    epoch: root.epoch,
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
    // Goes on from the root it replaces, so that a change made from that one comes too late.
    version: (known?.version ?? 0) + 1,
  };
}
