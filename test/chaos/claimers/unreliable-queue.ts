import type { DeadLetter, JobQueue, QueueDepth, QueueLease } from '../../../shared/job-queue/job-queue.ts';
import type { Pool } from '../../../shared/proving-job/circuit-family.ts';
import type { JobMessage } from '../../../shared/proving-job/job-message.ts';
import type { SeededRandom } from './seeded-random.ts';

export interface QueueFaults {
  /** Messages that are never sent, although the call succeeds. */
  readonly withheldShare: number;
  /**
   * Messages that are sent again as soon as they are delivered, so that the second arrives while an agent works on the
   * first. A queue that removes duplicates would merge two that were sent at once.
   */
  readonly doubledShare: number;
  readonly random: SeededRandom;
  readonly onWithheld?: (message: JobMessage) => void;
  readonly onDoubled?: (message: JobMessage) => void;
}

/** A {@link JobQueue} that loses messages and delivers others twice. */
export class UnreliableQueue implements JobQueue {
  readonly #queue: JobQueue;
  readonly #faults: QueueFaults;

  constructor(queue: JobQueue, faults: QueueFaults) {
    this.#queue = queue;
    this.#faults = faults;
  }

  async enqueue(messages: readonly JobMessage[], pool?: Pool): Promise<void> {
    const { random, withheldShare, onWithheld } = this.#faults;
    const sent = messages.filter((message) => {
      if (!random.isTrue(withheldShare)) return true;
      onWithheld?.(message);
      return false;
    });
    if (sent.length > 0) await this.#queue.enqueue(sent, pool);
  }

  async claim(...parameters: Parameters<JobQueue['claim']>): Promise<QueueLease | undefined> {
    const { random, doubledShare, onDoubled } = this.#faults;
    const lease = await this.#queue.claim(...parameters);
    // Later deliveries of a message are not doubled: those of a job that is held for long would have no end.
    if (lease?.deliveries === 1 && random.isTrue(doubledShare)) {
      await this.#queue.enqueue([lease.message]);
      onDoubled?.(lease.message);
    }
    return lease;
  }

  extend(lease: QueueLease): Promise<QueueLease> {
    return this.#queue.extend(lease);
  }

  complete(lease: QueueLease): Promise<void> {
    return this.#queue.complete(lease);
  }

  release(lease: QueueLease, delaySeconds?: number): Promise<void> {
    return this.#queue.release(lease, delaySeconds);
  }

  park(lease: QueueLease, reason: string): Promise<void> {
    return this.#queue.park(lease, reason);
  }

  deadLetters(): Promise<readonly DeadLetter[]> {
    return this.#queue.deadLetters();
  }

  redrive(): Promise<number> {
    return this.#queue.redrive();
  }

  depths(...parameters: Parameters<JobQueue['depths']>): Promise<readonly QueueDepth[]> {
    return this.#queue.depths(...parameters);
  }
}
