import type { EpochRun } from './epoch-run.ts';
import type { WaitingJob } from './job-order.ts';
import type { SimulatedPool } from './pools.ts';
import type { SimulatedAgent } from './simulated-agent.ts';
import { IS_URGENT, POOL_OF_CIRCUIT } from './simulated-circuits.ts';

/** A job that the node has asked for. */
export class SimulatedJob implements WaitingJob {
  readonly run: EpochRun;
  readonly index: number;
  /** Index into `CIRCUITS`. */
  readonly circuit: number;
  pool: SimulatedPool;
  state: 'waiting' | 'proving' | 'settled' = 'waiting';
  /** When the first of the attempts under way began. */
  startedAtSeconds = 0;
  /** Attempts so far, under way or over. */
  attempts = 0;
  /** The agents that prove it: two while a second copy is under way. */
  readonly agents = new Set<SimulatedAgent>();
  /** When a second copy was asked for that no agent has taken. */
  copyAskedAtSeconds: number | undefined;

  constructor(run: EpochRun, index: number) {
    this.run = run;
    this.index = index;
    this.circuit = run.plan.circuits[index]!;
    this.pool = POOL_OF_CIRCUIT[this.circuit]!;
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
  get isSettled(): boolean {
    return this.state === 'settled';
  }
  get isObsolete(): boolean {
    return this.isSettled || (this.state === 'proving' && this.copyAskedAtSeconds === undefined);
  }
  /** Whether an agent of its circuit's own pool runs out of memory. */
  get isTooLarge(): boolean {
    return this.run.plan.needsMore?.[this.index] === 1 && this.pool === POOL_OF_CIRCUIT[this.circuit];
  }
  /** Of the attempt that begins now. */
  get durationSeconds(): number {
    const { durationSeconds, firstFactor } = this.run.plan;
    return durationSeconds[this.index]! * (this.attempts > 1 ? 1 : (firstFactor?.[this.index] ?? 1));
  }
}
