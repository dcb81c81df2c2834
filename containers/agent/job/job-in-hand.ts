import type { AttemptCause, JobRecord } from '../../../shared/ledger/job-ledger.ts';

/** A job that this agent holds, wherever it came from. Heartbeats keep it until one of these methods, or a delivery, ends it. */
export interface JobInHand {
  readonly record: Pick<JobRecord, 'id' | 'circuit'>;
  /** Aborts, with the reason, when this agent has lost the job. */
  readonly lost: AbortSignal;
  /** Unix time in milliseconds. */
  readonly claimedAtMs: number;
  /** Gives the job back, unproven: nothing was wrong with it. */
  release(why: string): Promise<void>;
  /** Counts a failed attempt. */
  fail(cause: AttemptCause, reason: string): Promise<void>;
  /** Gives up a job that this agent has lost. */
  lose(): Promise<void>;
}

/** A job in hand, ready to be proven. */
export interface ReadyJob<Held extends JobInHand> {
  readonly held: Held;
  readonly inputs: Uint8Array;
}
