/** A look at one place, that answers in its own time. */
export interface Search {
  readonly state: 'under way' | 'found' | 'ended';
  /** On the clock of `performance.now()`; `undefined` until it has begun. */
  readonly beganAtMs: number | undefined;
}

/**
 * For how long a search may still be about to find what was there when it began. One that has been under way for longer
 * has shown that its place was empty, and is waited for by nobody who has found something elsewhere.
 */
export const HEAD_START_MS = 250;

/** The end of the head start of `searches`, on the clock of `performance.now()`; in the past when none has one. */
export function headStartEndsAtMs(searches: readonly (Search | undefined)[], nowMs: number): number {
  const endsMs = searches
    .filter((search) => search?.state === 'under way')
    .map((search) => (search?.beganAtMs ?? nowMs) + HEAD_START_MS);
  return Math.max(-Infinity, ...endsMs);
}

/** Of places in falling order of rank, the first that has found something, unless a better one may be about to. */
export function firstFound<S extends Search>(ranked: readonly (S | undefined)[], nowMs: number): S | undefined {
  const index = ranked.findIndex((search) => search?.state === 'found');
  if (index < 0 || headStartEndsAtMs(ranked.slice(0, index), nowMs) > nowMs) return undefined;
  return ranked[index];
}
