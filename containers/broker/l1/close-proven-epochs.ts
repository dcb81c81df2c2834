import type { Engine } from '../../../shared/engine/engine.ts';
import { EPOCHS_IN_NEED, needOfEpoch } from '../../../shared/ledger/epoch-needs.ts';
import { parseEpochId, type RollupId } from '../../../shared/proving-job/epoch-id.ts';
import { repeatEvery } from '../../../shared/retry/repeat-every.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import { STREAMED_RANGE } from '../streamed-epochs.ts';
import type { L1Rollup } from './l1-rollup.ts';

export interface CloseProvenEpochsDeps {
  readonly engine: Pick<Engine, 'epochs' | 'jobs'>;
  readonly l1: Pick<L1Rollup, 'firstUnprovenEpoch'>;
  readonly rollup: RollupId;
  readonly nowMs: () => number;
  readonly log: Logger;
}

const EVERY_MS = 30_000;

/** Closes epochs of official nodes once L1 has them proven, twice a minute until `signal` aborts. */
export function runClosingOfProvenEpochs(deps: CloseProvenEpochsDeps, signal: AbortSignal): Promise<void> {
  const close = (): Promise<void> =>
    closeProvenEpochs(deps).catch((error: unknown) =>
      deps.log.warn({ err: error }, 'could not check which epochs L1 has proven, trying again'),
    );
  return repeatEvery(EVERY_MS, close, signal);
}

/**
 * An official node submits its roots itself, so only L1 says that an epoch is done. What is still open of it is no longer
 * wanted: other provers may have proven it, or a prune may have left jobs behind.
 */
export async function closeProvenEpochs({ engine, l1, rollup, nowMs, log }: CloseProvenEpochsDeps): Promise<void> {
  const epochs = await engine.epochs.latest(EPOCHS_IN_NEED);
  const open = epochs.filter(
    (record) =>
      record.rangeId === STREAMED_RANGE &&
      parseEpochId(record.id).rollup === rollup &&
      needOfEpoch(record, nowMs()) === 'proofs',
  );
  if (open.length === 0) return;
  const firstUnproven = await l1.firstUnprovenEpoch();
  if (firstUnproven === undefined) return;
  for (const { id, epoch } of open.filter((record) => record.epoch < firstUnproven)) {
    const cancelled = await engine.jobs.cancelEpoch(id, 'its epoch is proven on L1');
    await engine.epochs.advance(id, STREAMED_RANGE, 'proven');
    log.info({ epoch, epochId: id, cancelled }, 'L1 has the epoch proven');
  }
}
