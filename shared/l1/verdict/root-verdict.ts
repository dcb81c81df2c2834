/** Whether a root can still do its work on L1, and what becomes of its epoch when it cannot. */
export type Verdict =
  /** `waitsFor`: what L1 lacks to take it now. */
  | { readonly standing: 'alive'; readonly waitsFor?: string }
  /** What it was proven upon is not on L1 (any more): a reorg took it, and may bring it back. */
  | { readonly standing: 'gone'; readonly reason: string }
  | { readonly standing: 'dead'; readonly epochState: 'proven' | 'expired'; readonly reason: string };
