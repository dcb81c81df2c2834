import { BinaryHeap } from './binary-heap.ts';
import type { Chance } from './chance.ts';

/** A job that waits for an agent. */
export interface WaitingJob {
  readonly isUrgent: boolean;
  readonly deadlineAtSeconds: number;
  /** Expected, from its start to the root. */
  readonly secondsToRoot: number;
  /** Its message calls for nothing: it is settled, or an agent has it. */
  readonly isObsolete: boolean;
}

/** The order in which the agents of one pool are handed jobs. */
export interface JobOrder<J extends WaitingJob> {
  add(job: J): void;
  next(): J | undefined;
}

/** SQS delivers messages near the front of a standard queue, in no reliable order. */
const NEAR_THE_FRONT = 10;

/** Coppice's order: two standard queues, of which the urgent one is polled first. */
export class TwoLanes<J extends WaitingJob> implements JobOrder<J> {
  readonly #isUrgent: (job: J) => boolean;
  readonly #urgent: Lane<J>;
  readonly #normal: Lane<J>;

  constructor(chance: Chance, isUrgent: (job: J) => boolean = (job) => job.isUrgent) {
    this.#isUrgent = isUrgent;
    this.#urgent = new Lane(chance);
    this.#normal = new Lane(chance);
  }

  add(job: J): void {
    (this.#isUrgent(job) ? this.#urgent : this.#normal).add(job);
  }

  next(): J | undefined {
    return this.#urgent.next() ?? this.#normal.next();
  }
}

class Lane<J extends WaitingJob> {
  readonly #chance: Chance;
  #jobs: J[] = [];
  #front = 0;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  add(job: J): void {
    this.#jobs.push(job);
  }

  next(): J | undefined {
    while (this.#front < this.#jobs.length) {
      const picked = this.#front + this.#chance.below(Math.min(NEAR_THE_FRONT, this.#jobs.length - this.#front));
      const job = this.#jobs[picked]!;
      this.#jobs[picked] = this.#jobs[this.#front]!;
      this.#front += 1;
      if (!job.isObsolete) return job;
    }
    this.#jobs = [];
    this.#front = 0;
    return undefined;
  }
}

/** An order that no AWS queue offers: the epoch with the nearest deadline first, and its jobs with the longest path to the root first. */
export class PerfectPriority<J extends WaitingJob> implements JobOrder<J> {
  readonly #jobs = new BinaryHeap<J>((left, right) =>
    left.deadlineAtSeconds === right.deadlineAtSeconds
      ? left.secondsToRoot > right.secondsToRoot
      : left.deadlineAtSeconds < right.deadlineAtSeconds,
  );

  add(job: J): void {
    this.#jobs.add(job);
  }

  next(): J | undefined {
    for (let job = this.#jobs.removeFirst(); job !== undefined; job = this.#jobs.removeFirst()) {
      if (!job.isObsolete) return job;
    }
    return undefined;
  }
}
