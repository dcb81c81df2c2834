import { type EpochId, parseEpochId, parseRollupId, type RollupId } from '../proving-job/epoch-id.ts';
import type { EpochLedger, EpochRecord } from './epoch-ledger.ts';
import { RangeId } from './job-ledger.ts';
import { OBJECTS_KEPT_SECONDS } from './kept-seconds.ts';

/** Of every epoch that streams: nobody names its checkpoints. */
export const STREAMED_RANGE = RangeId.parse('streamed');

export interface StreamedEpoch {
  readonly id: EpochId;
  readonly networkVersion: string;
  /**
   * Reads when its window closes, by the L1's clock; `undefined` where no L1 is known: it then ends with its objects. Called
   * only for a new epoch.
   */
  readonly readDeadlineAtMs: () => Promise<number | undefined>;
}

/** Whether official nodes ask for the epoch's jobs one by one, so that nobody knows its tree. */
export function isStreamed({ shape }: Pick<EpochRecord, 'shape'>): boolean {
  return shape === undefined;
}

/**
 * Opens the epoch with its first job; safe to repeat with every other. One that was closed before its deadline is open
 * again: a reorg, or a late checkpoint, has its node go on. One that is past its deadline stays as it is, as does one of a
 * native node: its record has a shape.
 * @returns its deadline: until then it takes jobs
 */
export async function openStreamedEpoch(
  epochs: Pick<EpochLedger, 'find' | 'open'>,
  { id, networkVersion, readDeadlineAtMs }: StreamedEpoch,
  nowMs: number,
): Promise<number> {
  const known = await epochs.find(id);
  const deadlineAtMs = known?.deadlineAtMs ?? (await readDeadlineAtMs()) ?? nowMs + OBJECTS_KEPT_SECONDS * 1000;
  const isToBeOpened = known === undefined || (known.state !== 'proving' && isStreamed(known));
  if (isToBeOpened && nowMs < deadlineAtMs) {
    await epochs.open({ id, rangeId: STREAMED_RANGE, networkVersion, deadlineAtMs });
  }
  return deadlineAtMs;
}

/** More than a fleet has open at a time. */
const NEWEST_EPOCHS = 64;

/**
 * Takes over the rollup's open epochs that another version of Aztec has begun: after a patch, its agents prove what the version
 * before it has left. The contract of a rollup fixes the circuits, so every version that follows it has the same. Epochs without
 * a rollup on L1 stay with their version.
 * @returns their ids
 */
export async function takeOverEpochs(
  epochs: Pick<EpochLedger, 'latest' | 'open'>,
  { rollup, networkVersion }: { readonly rollup: RollupId; readonly networkVersion: string },
  nowMs: number,
): Promise<readonly EpochId[]> {
  if (parseRollupId(rollup) === undefined) return [];
  const left = (await epochs.latest(NEWEST_EPOCHS)).filter(
    (epoch) =>
      parseEpochId(epoch.id).rollup === rollup &&
      epoch.networkVersion !== networkVersion &&
      isStreamed(epoch) &&
      epoch.state === 'proving' &&
      nowMs < epoch.deadlineAtMs,
  );
  for (const { id, rangeId, deadlineAtMs } of left) await epochs.open({ id, rangeId, networkVersion, deadlineAtMs });
  return left.map(({ id }) => id);
}
