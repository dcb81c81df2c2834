import { setTimeout as sleep } from 'node:timers/promises';

import type { Hex } from 'viem';

import type { Engine } from '../../shared/engine/engine.ts';
import type { L1Client } from '../../shared/l1/l1-client.ts';
import { RollupReader } from '../../shared/l1/rollup-reader.ts';
import type { SpeedClass } from '../../shared/proving-job/speed-class.ts';
import { findEpochProof, type MinedEpochProof } from '../devnet/report/find-epoch-proof.ts';
import { describeChanges, summarise } from '../epoch-view/describe-changes.ts';
import type { EpochView, FleetSnapshot } from '../epoch-view/fleet-snapshot.ts';
import { renderSnapshot } from '../epoch-view/render-snapshot.ts';
import { SNAPSHOT_MS, SnapshotReader } from '../epoch-view/snapshot-reader.ts';
import type { Output } from '../terminal/output.ts';

export interface WatchRealProofsOptions {
  readonly engine: Engine;
  readonly l1: L1Client;
  readonly rollupAddress: Hex;
  /** The prover node's account. */
  readonly publisher: Hex;
  readonly epoch: number;
  readonly checkpoint: number;
  /** Where it is known. */
  readonly machineSpeed: SpeedClass | undefined;
  readonly output: Output;
}

/** The epoch can no longer be proven. */
class EpochExpiredError extends Error {
  override readonly name = 'EpochExpiredError';

  constructor({ epoch, reason }: EpochView) {
    super(`epoch ${epoch} is expired${reason === undefined ? '' : `: ${reason}`}`);
  }
}

/** L1 is read over HTTP, and has nothing new for seconds. */
const CHAIN_POLL_MS = 1000;

/**
 * Shows the progress of the epoch until L1 has its proof, from our publisher.
 * @throws {EpochExpiredError} @throws {ForeignEpochProofError}; the signal's reason, when it aborts
 */
export async function watchRealProofs(
  options: WatchRealProofsOptions,
  signal: AbortSignal,
): Promise<{ readonly view: EpochView; readonly proof: MinedEpochProof }> {
  const { engine, l1, rollupAddress, publisher, epoch, checkpoint, machineSpeed, output } = options;
  const reader = new SnapshotReader({ engine, nowMs: Date.now, machineSpeed });
  const rollup = new RollupReader(l1, rollupAddress);
  let before: FleetSnapshot | undefined;
  let chainAtMs = -Infinity;
  for (;;) {
    signal.throwIfAborted();
    const { epochs, agents } = await reader.read();
    // Without traffic there is no mix of it to wait for.
    const snapshot: FleetSnapshot = {
      atMs: Date.now(),
      epochs: epochs.map((shown) => ({ ...shown, holdsMix: true })),
      agents,
    };
    for (const change of describeChanges(before, snapshot)) output.say(change);
    output.show((frame) => renderSnapshot(snapshot, frame));
    output.summarise(summarise(snapshot));
    before = snapshot;
    const view = snapshot.epochs.find((shown) => shown.epoch === epoch);
    if (view?.state === 'expired') throw new EpochExpiredError(view);
    if (view !== undefined && Date.now() - chainAtMs >= CHAIN_POLL_MS) {
      chainAtMs = Date.now();
      const tips = await rollup.tips().catch(() => undefined);
      const wanted = { rollupAddress, publisher, firstCheckpoint: checkpoint, lastCheckpoint: checkpoint };
      const proof = (tips?.provenCheckpoint ?? 0) >= checkpoint ? await findEpochProof(l1, wanted) : undefined;
      if (proof !== undefined) return { view, proof };
    }
    await sleep(SNAPSHOT_MS.embedded, undefined, { signal }).catch(() => undefined);
  }
}
