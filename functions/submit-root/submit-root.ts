import { RootSubmitter, type RootSubmitterDeps } from '../../shared/l1/submission/root-submitter.ts';
import { takesOf } from '../../shared/l1/submission/takes-root.ts';
import { InvocationTooShortError } from '../../shared/lambda/errors.ts';
import type { Invocation } from '../../shared/lambda/invocation.ts';

/** A root that still waits, and for what. */
export interface OpenRoot {
  readonly epoch: number;
  readonly state: string;
  readonly reason?: string;
}

/** For what is under way when the time is nearly over, and to let go of the leases. */
const MARGIN_MS = 10_000;
const CHECK_MS = 200;

/**
 * Works on the outbox until nothing is left that this invocation could do, or its time is nearly over. The next one goes on,
 * also when this one is cut off: all that matters is in the outbox.
 * @returns the roots that are still open
 * @throws what kept it from working on the outbox last; {InvocationTooShortError} when it has no time to begin
 */
export async function submitRoot(
  deps: Omit<RootSubmitterDeps, 'submitterId'>,
  { awsRequestId, getRemainingTimeInMillis }: Invocation,
): Promise<readonly OpenRoot[]> {
  const leftMs = getRemainingTimeInMillis();
  if (leftMs <= MARGIN_MS) throw new InvocationTooShortError(leftMs, MARGIN_MS);
  const stop = new AbortController();
  const timer = setInterval(() => {
    if (getRemainingTimeInMillis() <= MARGIN_MS) stop.abort();
  }, CHECK_MS);
  try {
    // Of its own for each invocation: what an earlier one left under way cannot pass for this one's.
    await new RootSubmitter({ ...deps, submitterId: `submit-root-${awsRequestId}` }).runUntilIdle(stop.signal);
  } finally {
    clearInterval(timer);
  }
  const open = (await deps.outbox.open()).filter(takesOf(deps));
  return open.map(({ epoch, state, reason }) => ({ epoch, state, ...(reason !== undefined && { reason }) }));
}
