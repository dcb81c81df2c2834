/** A search of one place, which takes its own time. */
export interface Search {
  readonly state: 'under way' | 'found' | 'ended';
  /** On the clock of `performance.now()`; `undefined` until it has begun. */
  readonly beganAtMs: number | undefined;
}

/**
 * How long a search may take to find what was there when it began. A search that has been under way for longer has shown
 * that its place was empty: a message found elsewhere does not wait for it.
 */
export const HEAD_START_MS = 250;

/** When the last head start of `searches` ends, on the clock of `performance.now()`; in the past when all are over. */
export function headStartEndsAtMs(searches: readonly (Search | undefined)[], nowMs: number): number {
  const endsMs = searches
    .filter((search) => search?.state === 'under way')
    .map((search) => (search?.beganAtMs ?? nowMs) + HEAD_START_MS);
  return Math.max(-Infinity, ...endsMs);
}

/** The first search, in falling order of rank, that has found something, unless a better one may be about to. */
export function firstFound<S extends Search>(ranked: readonly (S | undefined)[], nowMs: number): S | undefined {
  const index = ranked.findIndex((search) => search?.state === 'found');
  if (index < 0 || headStartEndsAtMs(ranked.slice(0, index), nowMs) > nowMs) return undefined;
  return ranked[index];
}
