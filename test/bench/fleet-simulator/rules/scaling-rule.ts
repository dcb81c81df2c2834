import type { EpochPlan } from '../epoch-plan.ts';
import type { EpochRun } from '../epoch-run.ts';
import type { SimulatedJob } from '../simulated-job.ts';
import type { PerCapacity, PerPool } from '../pools.ts';

/** The agents of a pool with one capacity, as ECS would report them. */
export interface ServiceView {
  readonly desired: number;
  /** Ordered or starting. */
  readonly starting: number;
  readonly running: number;
  /** The running ones that have a job. */
  readonly proving: number;
  /** Agents that were taken back in the last ten minutes. */
  readonly interruptions: number;
  /** Orders that the provider refused in the last two minutes. */
  readonly refusals: number;
}

export interface PoolView {
  /** Waiting messages. */
  readonly waitingJobs: number;
  readonly provingJobs: number;
  /** Jobs of open epochs that the node has not asked for yet. */
  readonly unaskedJobs: number;
  readonly services: PerCapacity<ServiceView>;
}

/** What a rule is given. */
export interface FleetView {
  readonly nowSeconds: number;
  readonly pools: PerPool<PoolView>;
  /** The nearest deadline first. */
  readonly epochs: readonly EpochRun[];
  /** The epoch that grows, if a rule wants to know what is coming. */
  readonly coming: EpochPlan | undefined;
}

export type DesiredAgents = PerPool<PerCapacity<number>>;

/** Decides how many agents each pool is to have. Created for every run, so it may remember what it has seen. */
export interface ScalingRule {
  readonly name: string;
  /** Between two decisions. */
  readonly everySeconds: number;
  /** Whether it also decides when an epoch opens or closes, or a pool's queue runs empty. */
  readonly hearsOfEvents: boolean;
  /** Whether proving agents are protected from its scale-in. */
  readonly protectsProving: boolean;
  decide(view: FleetView): DesiredAgents;
  /** Jobs to be proven by a second agent as well; asked before `decide`. @default none */
  copies?(view: FleetView): readonly SimulatedJob[];
}
