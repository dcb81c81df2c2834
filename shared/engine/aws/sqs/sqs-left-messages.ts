import type { ProvingJobId } from '../../../proving-job/proving-job-id.ts';
import { type Backoff, backoffMs } from '../../../retry/backoff.ts';
import type { SqsQueue } from './sqs-queue.ts';

/** Enough for an agent that waits for the message to get it. */
const REST_MS = 1_000;
/** How long a message is hidden that nobody took within the rest, so that this claim sees what is behind it. */
const HIDDEN: Backoff = { firstMs: 5_000, longestMs: 30_000 };
const MOST_KNOWN = 1_000;

/**
 * The messages that a claim leaves to others. SQS has no filter, so such a message is received and given back.
 *
 * At first it is shown at once, and its queue is not polled for a second: an agent that waits for it loses nothing. When it
 * comes back all the same, its agents are busy, and it is hidden for some seconds. So one message a second is passed at the most.
 */
export class SqsLeftMessages {
  readonly #times = new Map<ProvingJobId, number>();
  readonly #restEndsAtMs = new Map<SqsQueue, number>();
  #except = '[]';

  /** Ends the rests when other circuits are left than before: what was left may now be wanted. */
  begin(except: readonly string[]): void {
    const key = JSON.stringify(except.toSorted());
    if (key !== this.#except) this.#restEndsAtMs.clear();
    this.#except = key;
  }

  /** @returns for how many seconds the message is to be hidden */
  leave(queue: SqsQueue, jobId: ProvingJobId, nowMs: number): number {
    const times = (this.#times.get(jobId) ?? 0) + 1;
    if (this.#times.size >= MOST_KNOWN) this.#times.clear();
    this.#times.set(jobId, times);
    if (times > 1) return backoffMs(times - 1, HIDDEN) / 1000;
    this.#restEndsAtMs.set(queue, nowMs + REST_MS);
    return 0;
  }

  /** When the queue may be polled, on the clock of `performance.now()`; in the past for most. */
  restEndsAtMs(queue: SqsQueue): number {
    return this.#restEndsAtMs.get(queue) ?? -Infinity;
  }
}
