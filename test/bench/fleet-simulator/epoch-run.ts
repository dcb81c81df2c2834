import { type EpochPlan, INCLUSION_SECONDS } from './epoch-plan.ts';
import { type SimulatedPool, perPool } from './pools.ts';
import type { SimulatedAgent } from './simulated-agent.ts';
import { CIRCUITS, POOL_OF_CIRCUIT } from './simulated-circuits.ts';
import { SimulatedJob } from './simulated-job.ts';
import type { VirtualClock } from './virtual-clock.ts';

/**
 * From the last child's proof until an agent has its parent's message: the settlement reaches the node, the inputs are stored,
 * the job is recorded, and the message passes through SQS.
 */
const HOP_SECONDS = 1;

export interface EpochEvents {
  /** An agent may take the job. */
  readonly onAsked: (job: SimulatedJob) => void;
  /** It is settled, and this agent proves it in vain. */
  readonly onSettledElsewhere: (agent: SimulatedAgent, job: SimulatedJob) => void;
  /** The root is proven, or the deadline has passed. */
  readonly onClosed: (run: EpochRun) => void;
}

/** What the node does for an epoch: it asks for each job once its blocks are executed and its children are proven. */
export class EpochRun {
  readonly plan: EpochPlan;
  /** Jobs that the node knows will come, by circuit as in `CIRCUITS`. */
  readonly expected = new Uint32Array(CIRCUITS.length);
  readonly proven = new Uint32Array(CIRCUITS.length);
  readonly waitingJobs = new Set<SimulatedJob>();
  readonly provingJobs = new Set<SimulatedJob>();
  readonly waitingIn: Record<SimulatedPool, number> = { ...perPool(() => 0) };
  readonly provingIn: Record<SimulatedPool, number> = { ...perPool(() => 0) };
  readonly unaskedIn: Record<SimulatedPool, number> = { ...perPool(() => 0) };
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
    for (const [atSeconds, jobs] of jobsByTime(plan)) clock.at(atSeconds, () => this.#learnOf(jobs));
    for (let job = 0; job < plan.circuits.length; job += 1) {
      if (this.#childrenLeft[job] === 0) this.#askAt(job, plan.askableAtSeconds[job]!);
    }
    clock.at(plan.deadlineAtSeconds - INCLUSION_SECONDS, () => this.#close());
  }

  isClaimed(job: SimulatedJob, agent: SimulatedAgent): void {
    job.attempts += 1;
    job.agents.add(agent);
    job.copyAskedAtSeconds = undefined;
    if (job.state === 'proving') return;
    this.#waits(job, -1);
    job.state = 'proving';
    job.startedAtSeconds = this.#clock.nowSeconds;
    this.#proves(job, 1);
  }

  /** The agent is gone, or has failed: another can claim it. @param pool where it has to be proven from now on */
  isGivenBack(job: SimulatedJob, agent: SimulatedAgent, pool = job.pool): void {
    job.agents.delete(agent);
    if (job.isSettled || job.agents.size > 0) return;
    this.#proves(job, -1);
    job.pool = pool;
    job.copyAskedAtSeconds = undefined;
    this.#wait(job);
  }

  /** Another agent is to prove it as well. */
  isToBeCopied(job: SimulatedJob): void {
    job.copyAskedAtSeconds = this.#clock.nowSeconds;
    this.#events.onAsked(job);
  }

  isProven(job: SimulatedJob, by: SimulatedAgent): void {
    if (job.isSettled) return;
    this.#proves(job, -1);
    job.state = 'settled';
    this.proven[job.circuit]! += 1;
    for (const agent of job.agents) if (agent !== by) this.#events.onSettledElsewhere(agent, job);
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

  #learnOf(jobs: readonly number[]): void {
    for (const job of jobs) {
      const circuit = this.plan.circuits[job]!;
      this.expected[circuit]! += 1;
      this.unaskedIn[POOL_OF_CIRCUIT[circuit]!] += 1;
    }
  }

  #askAt(index: number, atSeconds: number): void {
    this.executingJobs.add(index);
    this.#clock.at(atSeconds, () => {
      this.executingJobs.delete(index);
      if (!this.isOpen) return;
      const job = new SimulatedJob(this, index);
      this.unaskedIn[job.pool] -= 1;
      this.#wait(job);
    });
  }

  #wait(job: SimulatedJob): void {
    job.state = 'waiting';
    this.#waits(job, 1);
    this.#events.onAsked(job);
  }

  #waits(job: SimulatedJob, jobs: 1 | -1): void {
    this.waitingIn[job.pool] += jobs;
    if (jobs > 0) this.waitingJobs.add(job);
    else this.waitingJobs.delete(job);
  }

  #proves(job: SimulatedJob, jobs: 1 | -1): void {
    this.provingIn[job.pool] += jobs;
    if (jobs > 0) this.provingJobs.add(job);
    else this.provingJobs.delete(job);
  }

  #close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    for (const job of [...this.waitingJobs, ...this.provingJobs]) job.state = 'settled';
    this.#events.onClosed(this);
  }
}

/** The jobs that the node learns of at each time. */
function jobsByTime({ circuits, knownAtSeconds, opensAtSeconds }: EpochPlan): ReadonlyMap<number, readonly number[]> {
  return Map.groupBy(circuits.keys(), (job) => knownAtSeconds?.[job] ?? opensAtSeconds);
}
