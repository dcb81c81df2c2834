import type { EpochLedger, EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import { type EpochId, EpochNumber, isTrial, makeEpochId, TRIALS } from '../../shared/proving-job/epoch-id.ts';
import { type CanaryPlan, rangeOf, shapeOf, versionOf } from './canary-plan.ts';

/** How long the root may wait for L1: long enough for an operator to notice that L1 is down. */
const WINDOW_MS = 24 * 3_600_000;
/** The epoch of a killed node is among the newest. */
const EPOCHS_SEARCHED = 32;

/**
 * Opens an epoch for the plan, or resumes the unfinished one of the same plan.
 *
 * A canary's epoch is numbered by the second in which it was opened.
 */
export async function openCanaryEpoch(
  plan: CanaryPlan,
  epochs: EpochLedger,
  nowMs: () => number,
): Promise<EpochRecord> {
  const rangeId = rangeOf(plan);
  const known = (await epochs.latest(EPOCHS_SEARCHED)).find(
    (record) => isTrial(record.id) && record.rangeId === rangeId && isUnfinished(record, nowMs()),
  );
  return await epochs.open({
    id: known?.id ?? (await freeId(epochs, nowMs())),
    rangeId,
    networkVersion: versionOf(plan),
    shape: shapeOf(plan),
    deadlineAtMs: known?.deadlineAtMs ?? nowMs() + WINDOW_MS,
  });
}

function isUnfinished({ state, deadlineAtMs }: EpochRecord, nowMs: number): boolean {
  return state !== 'proven' && state !== 'expired' && nowMs < deadlineAtMs;
}

async function freeId(epochs: EpochLedger, nowMs: number): Promise<EpochId> {
  for (let second = Math.floor(nowMs / 1000); ; second += 1) {
    const id = makeEpochId(TRIALS, EpochNumber.parse(second));
    if ((await epochs.find(id)) === undefined) return id;
  }
}
