import type { RootRecord } from '../../ledger/outbox.ts';
import type { Verdict } from './root-verdict.ts';

/** The verdict on a root whose time is over by the L1's clock; `undefined` while it is not. */
export function windowClosed({ deadlineAtMs, reason: before }: RootRecord, blockAtMs: number): Verdict | undefined {
  if (blockAtMs < deadlineAtMs) return undefined;
  const last = before === undefined ? '' : `; before that: ${before}`;
  const reason = `the proof window closed at ${new Date(deadlineAtMs).toISOString()}${last}`;
  return { standing: 'dead', epochState: 'expired', reason };
}
