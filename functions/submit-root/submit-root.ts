import { RootSubmitter, type RootSubmitterDeps } from '../../shared/l1/submission/root-submitter.ts';
import { InvocationTooShortError } from '../../shared/lambda/errors.ts';
import type { Invocation } from '../../shared/lambda/invocation.ts';

/** A root that is still open, and what it waits for. */
export interface OpenRoot {
  readonly epochId: string;
  readonly epoch: number;
  readonly state: string;
  readonly reason?: string;
}

/** Left at the end of the invocation to finish pending calls and release the leases. */
const MARGIN_MS = 10_000;
const CHECK_MS = 200;

/**
 * Works on the outbox until there is nothing left to do or the invocation's time is nearly over. The next invocation
 * continues, even if this one is cut off: all state is in the outbox.
 * @returns the roots that are still open
 * @throws the error of the last tick, if it failed; {InvocationTooShortError} when there is too little time to begin
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
  // A new id for each invocation, so that work left over from an earlier one is not mistaken for this one's.
  const submitter = new RootSubmitter({ ...deps, submitterId: `submit-root-${awsRequestId}` });
  try {
    await submitter.runUntilIdle(stop.signal);
  } finally {
    clearInterval(timer);
  }
  return (await submitter.openRoots()).map(({ epochId, epoch, state, reason }) => ({
    epochId,
    epoch,
    state,
    ...(reason !== undefined && { reason }),
  }));
}
