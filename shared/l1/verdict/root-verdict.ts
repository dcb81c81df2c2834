import type { RootRecord } from '../../ledger/outbox.ts';
import { cutText } from '../cut-text.ts';

/** Whether a root can still be accepted on L1, and how its epoch ends when it cannot. */
export type Verdict =
  /**
   * `waitsFor`: what L1 still lacks before it accepts the root. `isProvenByAnother`: L1 has an equal proof, which shares the
   * reward with this one.
   */
  | { readonly standing: 'alive'; readonly waitsFor?: string; readonly isProvenByAnother?: true }
  /** What it was proven upon is not on L1: a reorg removed it, and may bring it back. */
  | { readonly standing: 'gone'; readonly reason: string }
  | { readonly standing: 'dead'; readonly epochState: 'proven' | 'expired'; readonly reason: string };

const WINDOW_CLOSED = 'the proof window closed at';
const BEFORE_LENGTH = 500;

/** The verdict on a root whose proof window is over by the L1's clock; `undefined` while it is open. */
export function windowClosed({ deadlineAtMs, reason: before }: RootRecord, l1NowMs: number): Verdict | undefined {
  if (l1NowMs < deadlineAtMs) return undefined;
  // Once the window has closed, the reason has this text in it: it must not grow each time it is read.
  const isFirst = before !== undefined && !before.includes(WINDOW_CLOSED);
  const last = isFirst ? `; before that: ${cutText(before, BEFORE_LENGTH)}` : '';
  const reason = `${WINDOW_CLOSED} ${new Date(deadlineAtMs).toISOString()}${last}`;
  return { standing: 'dead', epochState: 'expired', reason };
}
