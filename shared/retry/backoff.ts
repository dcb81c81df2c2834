/** How pauses grow with each failed try. */
export interface Backoff {
  /** The first pause, in milliseconds; each further one is twice as long. */
  readonly firstMs: number;
  /** No pause is longer, in milliseconds. @default no bound */
  readonly longestMs?: number;
  /**
   * The random share of a pause, from 0 (always its full length) to 1 (anything down to none), so that callers that
   * failed together do not try again together. @default 0
   */
  readonly jitter?: number;
}

/**
 * The pause before the next try, in milliseconds.
 * @param failures how many tries have failed in a row, from 1
 */
export function backoffMs(failures: number, { firstMs, longestMs = Infinity, jitter = 0 }: Backoff): number {
  const fullMs = Math.min(firstMs * 2 ** (failures - 1), longestMs);
  return fullMs * (1 - jitter * Math.random());
}
