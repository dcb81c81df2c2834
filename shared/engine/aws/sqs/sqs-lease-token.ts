import { Lane, Pool } from '../../../proving-job/circuit-family.ts';
import { NATIVE_LINE } from '../../../proving-job/fleet-line.ts';

/** What the adapter needs to know about a message that it has handed out. */
export interface SqsLeaseToken {
  /** The queue that it came from, not necessarily that of its circuit. */
  readonly line: string;
  readonly pool: Pool;
  readonly lane: Lane;
  readonly receivedAtMs: number;
  readonly handle: string;
}

/** SQS hides a message for this long in total, from when it was received. */
const LONGEST_HIDDEN_SECONDS = 12 * 3600;

export function formatToken({ line, pool, lane, receivedAtMs, handle }: SqsLeaseToken): string {
  return [pool, lane, receivedAtMs, handle, ...(line === NATIVE_LINE ? [] : [line])].join(' ');
}

export function parseToken(token: string): SqsLeaseToken {
  const [pool, lane, receivedAtMs, handle = '', line = NATIVE_LINE] = token.split(' ');
  return { line, pool: Pool.parse(pool), lane: Lane.parse(lane), receivedAtMs: Number(receivedAtMs), handle };
}

/** How many of `seconds` from now SQS can still hide the message, in whole seconds. */
export function hideableSeconds({ receivedAtMs }: SqsLeaseToken, seconds: number, nowMs: number): number {
  const leftSeconds = LONGEST_HIDDEN_SECONDS - Math.ceil((nowMs - receivedAtMs) / 1000);
  return Math.max(0, Math.min(Math.ceil(seconds), leftSeconds));
}
