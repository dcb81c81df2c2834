import { CIRCUITS, type EpochPlan, INCLUSION_SECONDS, IS_URGENT, POOL_OF_CIRCUIT } from './epoch-plan.ts';
import type { WaitingJob } from './job-order.ts';
import type { SimulatedPool } from './pools.ts';
import type { VirtualClock } from './virtual-clock.ts';

/**
 * From the last child's proof until an agent has its parent's message: the settlement reaches the node, the inputs are stored,
 * the job is recorded, and the message passes through SQS.
 */
const HOP_SECONDS = 1;

/** A job that the node has asked for. */
export class SimulatedJob implements WaitingJob {
  readonly run: EpochRun;
  readonly index: number;
  /** Index into `CIRCUITS`. */
  readonly circuit: number;
  state: 'waiting' | 'proving' | 'settled' = 'waiting';
  startedAtSeconds = 0;

  constructor(run: EpochRun, index: number) {
    this.run = run;
    this.index = index;
    this.circuit = run.plan.circuits[index]!;
  }

  get pool(): SimulatedPool {
    return POOL_OF_CIRCUIT[this.circuit]!;
  }
  get isUrgent(): boolean {
    return IS_URGENT[this.circuit]!;
  }
  get deadlineAtSeconds(): number {
    return this.run.plan.deadlineAtSeconds;
  }
  get secondsToRoot(): number {
    return this.run.plan.secondsToRoot[this.index]!;
  }
  get durationSeconds(): number {
    return this.run.plan.durationSeconds[this.index]!;
  }
  get isSettled(): boolean {
    return this.state === 'settled';
  }
}

export interface EpochEvents {
  readonly onAsked: (job: SimulatedJob) => void;
  /** The root is proven, or the deadline has passed. */
  readonly onClosed: (run: EpochRun) => void;
}

/** What the node does for an epoch: it asks for each job once its blocks are executed and its children are proven. */
export class EpochRun {
  readonly plan: EpochPlan;
  /** By circuit, as in `CIRCUITS`. */
  readonly expected = new Uint32Array(CIRCUITS.length);
  readonly proven = new Uint32Array(CIRCUITS.length);
  readonly waiting = new Uint32Array(CIRCUITS.length);
  readonly proving = new Uint32Array(CIRCUITS.length);
  readonly waitingJobs = new Set<SimulatedJob>();
  readonly provingJobs = new Set<SimulatedJob>();
  /** Jobs that the node will ask for as soon as it has executed what they are about. */
  readonly executingJobs = new Set<number>();
  /** When the root was proven, in time or not at all. */
  rootAtSeconds: number | undefined;
  isOpen = true;
  readonly #clock: VirtualClock;
  readonly #events: EpochEvents;
  readonly #childrenLeft: Uint16Array;

  constructor(plan: EpochPlan, clock: VirtualClock, events: EpochEvents) {
    this.plan = plan;
    this.#clock = clock;
    this.#events = events;
    this.#childrenLeft = plan.childCounts.slice();
    for (let job = 0; job < plan.circuits.length; job += 1) {
      this.expected[plan.circuits[job]!]! += 1;
      if (this.#childrenLeft[job] === 0) this.#askAt(job, plan.askableAtSeconds[job]!);
    }
    clock.at(plan.deadlineAtSeconds - INCLUSION_SECONDS, () => this.#close());
  }

  isClaimed(job: SimulatedJob): void {
    job.state = 'proving';
    job.startedAtSeconds = this.#clock.nowSeconds;
    this.waiting[job.circuit]! -= 1;
    this.waitingJobs.delete(job);
    this.proving[job.circuit]! += 1;
    this.provingJobs.add(job);
  }

  /** Its agent is gone: it can be claimed again. */
  isGivenBack(job: SimulatedJob): void {
    if (job.isSettled) return;
    this.#isLeft(job);
    this.#wait(job);
    this.#events.onAsked(job);
  }

  isProven(job: SimulatedJob): void {
    if (job.isSettled) return;
    this.#isLeft(job);
    job.state = 'settled';
    this.proven[job.circuit]! += 1;
    const { parents, askableAtSeconds, circuits } = this.plan;
    for (const parent of parents[job.index]!) {
      this.#childrenLeft[parent]! -= 1;
      if (this.#childrenLeft[parent] === 0) {
        this.#askAt(parent, Math.max(this.#clock.nowSeconds + HOP_SECONDS, askableAtSeconds[parent]!));
      }
    }
    if (job.index === circuits.length - 1) {
      this.rootAtSeconds = this.#clock.nowSeconds;
      this.#close();
    }
  }

  #askAt(index: number, atSeconds: number): void {
    this.executingJobs.add(index);
    this.#clock.at(atSeconds, () => {
      this.executingJobs.delete(index);
      if (!this.isOpen) return;
      const job = new SimulatedJob(this, index);
      this.#wait(job);
      this.#events.onAsked(job);
    });
  }

  #wait(job: SimulatedJob): void {
    job.state = 'waiting';
    this.waiting[job.circuit]! += 1;
    this.waitingJobs.add(job);
  }

  #isLeft(job: SimulatedJob): void {
    this.proving[job.circuit]! -= 1;
    this.provingJobs.delete(job);
  }

  #close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    for (const job of [...this.waitingJobs, ...this.provingJobs]) job.state = 'settled';
    this.#events.onClosed(this);
  }
}
