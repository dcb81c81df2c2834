import { setTimeout as sleep } from 'node:timers/promises';

import type { Engine } from '../../../shared/engine/engine.ts';
import { describeChanges, summarise } from '../../epoch-view/describe-changes.ts';
import type { FleetSnapshot } from '../../epoch-view/fleet-snapshot.ts';
import { renderSnapshot } from '../../epoch-view/render-snapshot.ts';
import { SNAPSHOT_MS, SnapshotReader } from '../../epoch-view/snapshot-reader.ts';
import type { Output } from '../../terminal/output.ts';

export interface WatchFleetOptions {
  readonly nowMs: () => number;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** On AWS, for each job of an epoch under way: counting 10,000 jobs takes some 2,000 read units, or $0.00025. */
const AWS_MS_PER_JOB = 1.5;

/** Reads what the fleet does again and again, until the signal aborts. */
export async function watchFleet(
  engine: Engine,
  onSnapshot: (snapshot: FleetSnapshot) => void,
  { nowMs, signal }: WatchFleetOptions,
): Promise<void> {
  const reader = new SnapshotReader({ engine, nowMs });
  while (!signal.aborted) {
    const snapshot: FleetSnapshot = { atMs: nowMs(), ...(await reader.read()) };
    onSnapshot(snapshot);
    await sleep(pauseMs(snapshot, engine.disks === undefined), undefined, { signal }).catch(() => undefined);
  }
}

/** How long to wait after a snapshot, so that watching costs little however large the epochs are. */
export function pauseMs({ epochs }: Pick<FleetSnapshot, 'epochs'>, isOnAws: boolean): number {
  if (!isOnAws) return SNAPSHOT_MS.embedded;
  const open = epochs.filter(({ state }) => state === 'proving' || state === 'submitting');
  const jobs = open.reduce((sum, { progress }) => sum + progress.expected, 0);
  return SNAPSHOT_MS.aws + AWS_MS_PER_JOB * jobs;
}

/** Shows each snapshot, and reports what has changed since the one before. */
export function showIn(output: Output): (snapshot: FleetSnapshot) => void {
  let before: FleetSnapshot | undefined;
  return (snapshot) => {
    for (const change of describeChanges(before, snapshot)) output.say(change);
    output.show((frame) => renderSnapshot(snapshot, frame));
    output.summarise(summarise(snapshot));
    before = snapshot;
  };
}
