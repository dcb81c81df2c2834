import type { EpochLedger, EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import { EpochNumber, FIRST_TRIAL_EPOCH } from '../../shared/proving-job/proving-job-id.ts';
import { type CanaryPlan, rangeOf, shapeOf, versionOf } from './canary-plan.ts';

/** How long the root may wait for L1: long enough for an operator to notice that L1 is down. */
const WINDOW_MS = 24 * 3_600_000;
/** The epoch of a killed node is among the newest. */
const EPOCHS_SEARCHED = 32;

/**
 * Opens an epoch for the plan, or resumes the unfinished one of the same plan.
 *
 * A canary's epoch is numbered by the second in which it was opened, far above every rollup's: a shared fleet's
 * epochs never meet it.
 */
export async function openCanaryEpoch(
  plan: CanaryPlan,
  epochs: EpochLedger,
  nowMs: () => number,
): Promise<EpochRecord> {
  const rangeId = rangeOf(plan);
  const known = (await epochs.latest(EPOCHS_SEARCHED)).find(
    (record) => record.epoch >= FIRST_TRIAL_EPOCH && record.rangeId === rangeId && isUnfinished(record, nowMs()),
  );
  return await epochs.open({
    epoch: known?.epoch ?? (await freeNumber(epochs, nowMs())),
    rangeId,
    networkVersion: versionOf(plan),
    shape: shapeOf(plan),
    deadlineAtMs: known?.deadlineAtMs ?? nowMs() + WINDOW_MS,
  });
}

function isUnfinished({ state, deadlineAtMs }: EpochRecord, nowMs: number): boolean {
  return state !== 'proven' && state !== 'expired' && nowMs < deadlineAtMs;
}

async function freeNumber(epochs: EpochLedger, nowMs: number): Promise<EpochNumber> {
  let number = EpochNumber.parse(Math.max(Math.floor(nowMs / 1000), FIRST_TRIAL_EPOCH + 1));
  while ((await epochs.find(number)) !== undefined) number = EpochNumber.parse(number + 1);
  return number;
}
