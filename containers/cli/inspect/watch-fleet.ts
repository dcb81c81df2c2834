import { setTimeout as sleep } from 'node:timers/promises';

import type { Engine } from '../../../shared/engine/engine.ts';
import { redactUrls } from '../../../shared/telemetry/redact-urls.ts';
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

/** Shows what the fleet does until the signal aborts: as JSON lines on stdout without an `output`. */
export async function watchFleet(
  engine: Engine,
  output: Output | undefined,
  { nowMs, signal }: WatchFleetOptions,
): Promise<void> {
  const reader = new SnapshotReader({ engine, nowMs });
  let before: FleetSnapshot | undefined;
  while (!signal.aborted) {
    const snapshot: FleetSnapshot = { atMs: nowMs(), ...(await reader.read()) };
    if (output === undefined) process.stdout.write(`${redactUrls(JSON.stringify(snapshot))}\n`);
    else show(before, snapshot, output);
    before = snapshot;
    await sleep(pauseMs(snapshot, engine.disks === undefined), undefined, { signal }).catch(() => undefined);
  }
  output?.freeze();
}

/** How long to wait after a snapshot, so that watching costs little however large the epochs are. */
export function pauseMs({ epochs }: Pick<FleetSnapshot, 'epochs'>, isOnAws: boolean): number {
  if (!isOnAws) return SNAPSHOT_MS.embedded;
  const open = epochs.filter(({ state }) => state === 'proving' || state === 'submitting');
  const jobs = open.reduce((sum, { progress }) => sum + progress.expected, 0);
  return SNAPSHOT_MS.aws + AWS_MS_PER_JOB * jobs;
}

function show(before: FleetSnapshot | undefined, snapshot: FleetSnapshot, output: Output): void {
  for (const change of describeChanges(before, snapshot)) output.say(change);
  output.show((frame) => renderSnapshot(snapshot, frame));
  output.summarise(summarise(snapshot));
}
