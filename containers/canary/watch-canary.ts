import { setTimeout as sleep } from 'node:timers/promises';

import type { Engine } from '../../shared/engine/engine.ts';
import type { EpochId } from '../../shared/proving-job/epoch-id.ts';
import { describeChanges, summarise } from '../epoch-view/describe-changes.ts';
import type { Output } from '../terminal/output.ts';
import type { FleetSnapshot, EpochView } from '../epoch-view/fleet-snapshot.ts';
import { renderSnapshot } from '../epoch-view/render-snapshot.ts';
import { SnapshotReader } from '../epoch-view/snapshot-reader.ts';

export interface WatchCanaryOptions {
  readonly engine: Engine;
  readonly output: Output;
  /** Between two snapshots of the fleet. */
  readonly pollMs: number;
  readonly nowMs: () => number;
}

/** The root can no longer get to L1. */
export class CanaryLostError extends Error {
  override readonly name = 'CanaryLostError';

  constructor({ epoch, state, reason }: EpochView) {
    super(`canary epoch ${epoch} is ${state}${reason === undefined ? '' : `: ${reason}`}`);
  }
}

/**
 * Shows the progress of an epoch until L1 has accepted its root.
 * @throws {CanaryLostError}; the signal's reason, when it aborts
 */
export async function watchCanary(
  id: EpochId,
  { engine, output, pollMs, nowMs }: WatchCanaryOptions,
  signal: AbortSignal,
): Promise<EpochView> {
  const reader = new SnapshotReader({ engine, nowMs, shows: (record) => record.id === id });
  let before: FleetSnapshot | undefined;
  for (;;) {
    signal.throwIfAborted();
    const snapshot: FleetSnapshot = { atMs: nowMs(), ...(await reader.read()) };
    for (const change of describeChanges(before, snapshot)) output.say(change);
    output.show((frame) => renderSnapshot(snapshot, frame));
    output.summarise(summarise(snapshot));
    before = snapshot;
    const [view] = snapshot.epochs;
    // The ledger is updated before the outbox.
    if (view?.state === 'proven' && view.submission?.state === 'mined') return view;
    if (view?.state === 'expired' || view?.state === 'failed') throw new CanaryLostError(view);
    await sleep(pollMs, undefined, { signal }).catch(() => undefined);
  }
}
