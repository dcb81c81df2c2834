/**
 * Whether less than `spanMs` has passed from `sinceMs` to `nowMs`. Setting a clock back makes no span longer: one
 * that seems to begin in the future is over.
 */
export function isWithin(spanMs: number, sinceMs: number, nowMs: number): boolean {
  return sinceMs <= nowMs && nowMs - sinceMs < spanMs;
}
