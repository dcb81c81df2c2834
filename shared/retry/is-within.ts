/**
 * Whether less than `spanMs` has passed from `sinceMs` to `nowMs`. A clock that was ahead and has been set back makes no span
 * longer: what seems to be in the future is over.
 */
export function isWithin(spanMs: number, sinceMs: number, nowMs: number): boolean {
  return sinceMs <= nowMs && nowMs - sinceMs < spanMs;
}
