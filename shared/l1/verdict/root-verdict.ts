import type { RootRecord } from '../../ledger/outbox.ts';

/** Whether a root can still be accepted on L1, and how its epoch ends when it cannot. */
export type Verdict =
  /** `waitsFor`: what L1 still lacks before it accepts the root. */
  | { readonly standing: 'alive'; readonly waitsFor?: string }
  /** What it was proven upon is not on L1: a reorg removed it, and may bring it back. */
  | { readonly standing: 'gone'; readonly reason: string }
  | { readonly standing: 'dead'; readonly epochState: 'proven' | 'expired'; readonly reason: string };

/** The verdict on a root whose proof window is over by the L1's clock; `undefined` while it is open. */
export function windowClosed({ deadlineAtMs, reason: before }: RootRecord, l1NowMs: number): Verdict | undefined {
  if (l1NowMs < deadlineAtMs) return undefined;
  const last = before === undefined ? '' : `; before that: ${before}`;
  const reason = `the proof window closed at ${new Date(deadlineAtMs).toISOString()}${last}`;
  return { standing: 'dead', epochState: 'expired', reason };
}
