import type { EpochRecord } from '../../shared/ledger/epoch-ledger.ts';

/** Until some root was mined: a block or so of Ethereum's, and the time to weigh gas. */
const UNMEASURED_SECONDS = 60;

/** From a proven root to its transaction on L1, as it went with the newest epochs, in seconds: the median. */
export function usualSubmissionSeconds(latest: readonly EpochRecord[]): number {
  const seconds = latest
    .flatMap(({ state, rootAtMs, closedAtMs }) =>
      state === 'proven' && rootAtMs !== undefined && closedAtMs !== undefined ? [(closedAtMs - rootAtMs) / 1000] : [],
    )
    .filter((took) => took >= 0)
    .sort((a, b) => a - b);
  return seconds[Math.floor(seconds.length / 2)] ?? UNMEASURED_SECONDS;
}
