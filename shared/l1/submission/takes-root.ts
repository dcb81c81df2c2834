import type { RootRecord } from '../../ledger/outbox.ts';

/**
 * Whether a root is a submitter's to submit. Roots of several chains and contracts may wait in one outbox, and a submitter
 * has one L1 and one key.
 */
export type TakesRoot = (root: RootRecord) => boolean;

/** What a submitter takes that was told nothing: the roots for Aztec's rollup. */
export function takesOf({
  takes = ({ contract }) => contract === 'aztec-rollup',
}: {
  readonly takes?: TakesRoot;
}): TakesRoot {
  return takes;
}
