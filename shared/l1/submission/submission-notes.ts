import type { RootRecord } from '../../ledger/outbox.ts';
import { backoffMs, type Broadcast, type SubmissionMemory, type WaitCause } from './decide-submission.ts';
import type { Verdict } from '../verdict/root-verdict.ts';
import type { SubmissionPolicy } from './submission-policy.ts';
import type { Weighing } from './weigh-submission.ts';

interface Rest {
  readonly blockNumber: bigint;
  readonly version: number;
  readonly untilMs: number;
}

/** What one submitter remembers of one root between two looks. */
export class SubmissionNotes {
  /** The last wait that was told of, and when its reason was stored. */
  said: { readonly cause: WaitCause; readonly atMs: number } | undefined;
  /** What was last decided when the root was weighed. */
  weighed: Weighing['choice'] | undefined;
  #memory: SubmissionMemory = {};
  #failedTrialRuns = 0;
  #rest: Rest | undefined;

  get memory(): SubmissionMemory {
    return this.#memory;
  }

  /** Lets the root be until there is a new block, another changes it, or `untilMs`. */
  rest(rest: Rest): void {
    this.#rest = rest;
  }

  /** Whether nothing can have changed since the root was last seen to wait. */
  isIdle({ version }: RootRecord, blockNumber: bigint, nowMs: number): boolean {
    const rest = this.#rest;
    return rest?.version === version && rest.blockNumber === blockNumber && nowMs < rest.untilMs;
  }

  noteStanding({ standing }: Verdict, nowMs: number): void {
    const goneSinceMs = standing === 'gone' ? (this.#memory.goneSinceMs ?? nowMs) : undefined;
    this.#memory = { ...this.#memory, goneSinceMs };
  }

  noteBroadcast(broadcast: Broadcast): void {
    const before = this.#memory.broadcast;
    const isFirst = before?.hash !== broadcast.hash || before.refusal !== undefined;
    const sinceMs = isFirst ? broadcast.sinceMs : before.sinceMs;
    this.#memory = { ...this.#memory, broadcast: { ...broadcast, sinceMs } };
  }

  /** Every trial run that reverts doubles the pause before the next; one that passes ends it. */
  noteTrialRun(outcome: 'passed' | 'reverted', policy: SubmissionPolicy, nowMs: number): void {
    this.#failedTrialRuns = outcome === 'passed' ? 0 : this.#failedTrialRuns + 1;
    const retryAtMs = outcome === 'passed' ? undefined : nowMs + backoffMs(this.#failedTrialRuns, policy);
    this.#memory = { ...this.#memory, retryAtMs };
  }
}
