import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';
import { EpochStoppedError } from '../../shared/proof-requests/errors.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { Chain } from './chain.ts';

/** The clock by which windows close may be corrected meanwhile, in either direction. */
const LONGEST_TIMER_MS = 60_000;

export interface EpochStopSignalDeps {
  readonly chain: Pick<Chain, 'rangeOf'>;
  /** How long L1 takes for a block, in milliseconds. */
  readonly l1SlotMs: number;
  /** The time by which proof windows close. */
  readonly windowNowMs: () => number;
  readonly log: Logger;
}

/**
 * Aborts with {@link EpochStoppedError} when the node ends, the epoch's window closes, or a reorg changes its
 * checkpoints. Dispose of it once the attempt has ended.
 */
export function epochStopSignal(
  record: EpochRecord,
  { chain, l1SlotMs, windowNowMs, log }: EpochStopSignalDeps,
  shutdown: AbortSignal,
): { readonly signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  const stop = (why: EpochStoppedError['why']): void => {
    controller.abort(new EpochStoppedError(why));
  };
  const onShutdown = (): void => stop('shutdown');
  if (shutdown.aborted) onShutdown();
  shutdown.addEventListener('abort', onShutdown, { once: true });

  let deadline: NodeJS.Timeout | undefined;
  const awaitDeadline = (): void => {
    const leftMs = record.deadlineAtMs - windowNowMs();
    if (leftMs <= 0) stop('deadline');
    else deadline = setTimeout(awaitDeadline, Math.min(leftMs, LONGEST_TIMER_MS));
  };
  awaitDeadline();
  // Twice in each L1 slot: a reorg shows at the next L1 block at the earliest.
  const reorgCheck = setInterval(() => {
    chain
      .rangeOf(record.epoch)
      .then((range) => {
        if (range !== record.rangeId) stop('reorg');
      })
      .catch((error: unknown) => {
        log.warn(
          { err: error, epoch: record.epoch, epochId: record.id },
          'could not check the epoch for a reorg, trying again',
        );
      });
  }, l1SlotMs / 2);
  return {
    signal: controller.signal,
    dispose() {
      clearTimeout(deadline);
      clearInterval(reorgCheck);
      shutdown.removeEventListener('abort', onShutdown);
    },
  };
}
