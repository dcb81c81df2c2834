import type { RootRecord } from '../../ledger/outbox.ts';
import { backoffMs } from '../../retry/backoff.ts';
import type { Verdict } from '../verdict/root-verdict.ts';
import type { SubmissionPolicy } from './submission-policy.ts';
import type { Broadcast, WaitCause } from './submission-step.ts';
import type { Weighing } from './weigh-submission.ts';

interface Idle {
  readonly blockNumber: number;
  readonly version: number;
  readonly untilMs: number;
}

/** What one submitter remembers of one root between ticks. If it is lost, one more read of L1 restores it. */
export class SubmissionMemory {
  /** The cause of the last wait that was logged, and when its reason was stored. */
  lastWait: { readonly cause: WaitCause; readonly atMs: number } | undefined;
  /** The last choice that was recorded. */
  lastChoice: Weighing['choice'] | undefined;
  /** Whether it was reported that another prover's proof is on L1. */
  isRivalReported = false;
  #goneSinceMs: number | undefined;
  #retryAtMs: number | undefined;
  #broadcast: Broadcast | undefined;
  #failedTrialRuns = 0;
  #idle: Idle | undefined;

  /** Since when the root's checkpoints have been missing from L1. */
  get goneSinceMs(): number | undefined {
    return this.#goneSinceMs;
  }

  /** When a transaction may be tried again after a failed trial run. */
  get retryAtMs(): number | undefined {
    return this.#retryAtMs;
  }

  /** The last transaction that was sent. */
  get broadcast(): Broadcast | undefined {
    return this.#broadcast;
  }

  /** Leaves the root alone until there is a new block, another submitter changes it, or `untilMs`. */
  idle(idle: Idle): void {
    this.#idle = idle;
  }

  /** Whether nothing can have changed since the root was last found waiting. */
  isIdle({ version }: RootRecord, blockNumber: number, nowMs: number): boolean {
    const idle = this.#idle;
    return idle?.version === version && idle.blockNumber === blockNumber && nowMs < idle.untilMs;
  }

  rememberVerdict({ standing }: Verdict, nowMs: number): void {
    this.#goneSinceMs = standing === 'gone' ? (this.#goneSinceMs ?? nowMs) : undefined;
  }

  rememberBroadcast(broadcast: Broadcast): void {
    const before = this.#broadcast;
    const isFirst = before?.hash !== broadcast.hash || before.refusal !== undefined;
    this.#broadcast = { ...broadcast, sinceMs: isFirst ? broadcast.sinceMs : before.sinceMs };
  }

  /** Each trial run that reverts doubles the pause before the next one; a run that passes resets it. */
  rememberTrialRun(outcome: 'passed' | 'reverted', policy: SubmissionPolicy, nowMs: number): void {
    this.#failedTrialRuns = outcome === 'passed' ? 0 : this.#failedTrialRuns + 1;
    this.#retryAtMs = outcome === 'passed' ? undefined : nowMs + backoffMs(this.#failedTrialRuns, policy.retry);
  }
}
